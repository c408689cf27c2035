import type { Right } from './catalogue/cluster-rights.ts';
import type { Clock, Random } from './clock-port.ts';
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

/** GET, through the API server. */
export interface ServiceRequest {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Begins with `/`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Bytes of the answer. */
  readonly limit: number;
}

export type ServiceAnswer =
  /** Of the service itself. `isCut`: there was more than was to be read. */
  | { readonly kind: 'answered'; readonly status: number; readonly body: string; readonly isCut?: true }
  /** The API server did not get to it, or lets nobody. */
  | { readonly kind: 'unreached'; readonly message: string };

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the run before the one that runs now. */
  readonly previous: boolean;
  /** How many of the last lines. */
  readonly lines: number;
  /** No more than this of them. */
  readonly bytes: number;
}

/** What there is of a log: its last lines, `isCut` where there were too many bytes; or why there is none. */
export type ContainerLog = { readonly lines: readonly string[]; readonly isCut: boolean } | { readonly none: string };

/** `refused`: the API server says why, mostly that we have no right to. `gone`: that one was not there any more. */
export type DeletedPod = { readonly kind: 'deleted' | 'gone' } | { readonly kind: 'refused'; readonly message: string };

/** An object by its names. Of a kind without namespaces, `namespace` is absent. */
export interface ObjectAddress {
  /** `apps/v1`, or `v1`. */
  readonly api_version: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** As the API server says in its discovery. */
export interface KnownKind {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A field that somebody else has. */
export interface FieldConflict {
  /** For example `kubectl-client-side-apply`. */
  readonly manager: string;
  /** For example `.spec.replicas`. */
  readonly field: string;
}

export interface ApplyOptions {
  /** Nothing is changed; the object is told as it would be. */
  readonly dryRun?: boolean;
  /** Takes fields over that are somebody else's. */
  readonly force?: boolean;
  /** Another field manager than the one that deploys. */
  readonly manager?: string;
  /** Only where there is none: who else makes one at the same moment, with other values, has it, and this has `moved`. */
  readonly absent?: boolean;
}

export type Applied =
  | { readonly kind: 'applied'; readonly object: KubernetesObject }
  /** Fields are somebody else's, with other values. Nothing was changed. */
  | { readonly kind: 'conflict'; readonly message: string; readonly conflicts: readonly FieldConflict[] }
  /** It has changed, or gone, since it was read. Nothing was changed. */
  | { readonly kind: 'moved'; readonly message: string }
  /** Nothing was changed, and the same would be refused again: unknown fields, a field that cannot be changed, a quota, no right. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly message: string };

export type Patched =
  | { readonly kind: 'patched' | 'gone' }
  /** It has changed while it was patched: the same may be asked again. */
  | { readonly kind: 'moved'; readonly message: string }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly message: string };

export interface RemoveOptions {
  /** It goes when what it owns has gone; else it goes first. */
  readonly foreground?: boolean;
}

export type Removed =
  | { readonly kind: 'deleted' | 'gone' }
  /** It is another one by now. */
  | { readonly kind: 'moved'; readonly message: string }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly message: string };

export interface ObjectList {
  readonly api_version: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  /** All of them. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The objects of one cluster, to be changed. Every method throws ClusterUnavailable when the cluster cannot be asked. */
export interface ClusterObjects {
  /** Undefined for a kind that the server does not know. */
  known(apiVersion: string, kind: string): Promise<KnownKind | undefined>;
  /** Undefined when there is none. */
  get(address: ObjectAddress): Promise<KubernetesObject | undefined>;
  /**
   * Server-side apply by the field manager of Flotilla. With `metadata.resourceVersion` and `metadata.uid` in the object, only onto
   * the one that was read.
   */
  apply(object: KubernetesObject, options?: ApplyOptions): Promise<Applied>;
  /**
   * A merge patch of the status, for what a controller lets itself be told there. With a version (`metadata.resourceVersion`) only onto
   * that one.
   */
  patchStatus(address: ObjectAddress, status: JsonObject, version?: string): Promise<Patched>;
  /** This one, and none that has its name by then; what it owns goes with it. */
  remove(address: ObjectAddress, uid: string, options?: RemoveOptions): Promise<Removed>;
  list(list: ObjectList): Promise<readonly KubernetesObject[]>;
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
  /** The last lines of one run of a container, whichever is asked for. Absent where nobody can be asked. */
  readLog?(request: LogRequest): Promise<ContainerLog>;
  /** HTTP GET. Never throws for the service's own failure. */
  probe(request: HealthRequest): Promise<HealthAnswer>;
  /** What a service in the cluster says. Absent where nobody can be asked. */
  readService?(request: ServiceRequest): Promise<ServiceAnswer>;
  /** Which of these it does not let us do in a namespace; undefined where it does not say. Absent where nobody can be asked. */
  missingRights?(namespace: string, wanted: readonly Right[]): Promise<readonly Right[] | undefined>;
  /** Deletes this pod, and none that has its name by then. Absent where nothing is changed. */
  deletePod?(namespace: string, name: string, uid: string): Promise<DeletedPod>;
  /** Its objects, to be changed. Absent where nothing is changed. */
  readonly objects?: ClusterObjects;
  /** Follows what is in flight by streams. Absent where it can only be read. */
  follow?(options: MirrorOptions): Mirror;
}

export interface MirrorOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Something of this rollout changed: its objects, their events, or whether they can be seen. */
  readonly changed: (rollout: string) => void;
  /** A line of the log. */
  readonly tell?: ((message: string, about: Readonly<Record<string, string>>) => void) | undefined;
}

/** What is in flight in a cluster, as its streams tell it. */
export interface Mirror {
  /** Rollouts by name, all that there are: what they need is watched from now on, and what none of them needs is not for long. */
  follow(rollouts: ReadonlyMap<string, Workload>): void;
  /**
   * At once where all is watched, else when it has been read. What the workload was when its rollout was first named is seen in
   * any case. Undefined where it may not be watched, or is too much: then it has to be read. Throws ClusterUnavailable.
   */
  view(rollout: string): Promise<WorkloadView | undefined>;
  /** Ends the streams. What came is kept: the next `follow` goes on from there. */
  rest(): void;
}
