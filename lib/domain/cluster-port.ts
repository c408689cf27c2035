import type { JsonObject } from './json.ts';
import type { Workload } from './plan/plan.ts';

/** A Kubernetes object as the API server gave it. */
export type KubernetesObject = JsonObject;

/** What one look at a workload saw. All lists belong to the workload's selector or owner. */
export interface WorkloadView {
  /** Absent when there is no such object. */
  readonly workload?: KubernetesObject;
  /** ReplicaSets of a Deployment, ControllerRevisions of a StatefulSet or DaemonSet, Jobs of a CronJob; else empty. */
  readonly revisions: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  /** Warning events of the workload, its revisions and its pods. Absent where they were not read. */
  readonly events?: readonly KubernetesObject[];
  /** Workload, revisions and pods came by streams of their own: one may lag behind another, and will catch up. */
  readonly watched?: true;
}

export interface HealthRequest {
  readonly workload: Workload;
  readonly path: string;
  readonly port?: number;
  /** A full URL from the catalogue; without it the API server's service proxy is asked. */
  readonly url?: string;
  readonly timeoutMilliseconds: number;
}

export interface HealthAnswer {
  /** Of the service's own answer; absent when it gave none. */
  readonly status?: number;
  /** Begin of the service's answer, or why there was none. */
  readonly message: string;
  /** What is to be said of the answer, in words of ours. */
  readonly note?: string;
  /** There was none within the time that it had. */
  readonly timeout?: true;
}

/** One cluster. Every method throws ClusterUnavailable when the cluster cannot be asked (no access, no network). */
export interface Cluster {
  /** How it is reached, by which authority it is known. Nobody is asked. */
  readonly address: string;
  /** What tells it from all other clusters, however it is reached: the address, and all that is better and can be read. */
  identify(): Promise<readonly string[]>;
  /** Reads several workloads with as few requests as possible, in the order given. */
  read(workloads: readonly Workload[]): Promise<readonly WorkloadView[]>;
  /** The last lines of a container, of its previous run when there was one. Empty when there is nothing to read. */
  logs(namespace: string, pod: string, container: string, lines: number): Promise<readonly string[]>;
  /** HTTP GET. Never throws for the service's own failure. */
  probe(request: HealthRequest): Promise<HealthAnswer>;
}
