import type { Right } from './catalogue/cluster-rights.ts';
import type { Clock, Random } from './clock-port.ts';
import type { JsonObject } from './json.ts';
import type { Workload } from './plan/plan.ts';

/** A Kubernetes object as the API server gave it. */
export type KubernetesObject = JsonObject;

/** One look at a workload. All lists belong to the workload's selector or owner. */
export interface WorkloadView {
  /** Absent when there is no such object. */
  readonly workload?: KubernetesObject;
  /**
   * ReplicaSets of a Deployment, ControllerRevisions of a StatefulSet or DaemonSet, Jobs of a CronJob; otherwise empty.
   */
  readonly revisions: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  /** Warning events of the workload, its revisions and its pods. Absent where they were not read. */
  readonly events?: readonly KubernetesObject[];
  /** Workload, revisions and pods came by separate streams: one may lag behind another, and will catch up. */
  readonly watched?: true;
}

export interface HealthRequest {
  readonly workload: Workload;
  readonly path: string;
  readonly port?: number;
  /** A full URL from the catalogue. Without it, the request goes through the API server's service proxy. */
  readonly url?: string;
  readonly timeoutMilliseconds: number;
}

export interface HealthAnswer {
  /** The service's own status; absent if it did not answer. */
  readonly status?: number;
  /** The beginning of the service's answer, or why there was none. */
  readonly message: string;
  /** Our own remark about the answer. */
  readonly note?: string;
  /** No answer came in time. */
  readonly timeout?: true;
}

/** A GET through the API server. */
export interface ServiceRequest {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Starts with `/`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** At most this many bytes of the answer. */
  readonly limit: number;
}

export type ServiceAnswer =
  /** The service itself answered. `isCut`: the answer was longer than the limit. */
  | { readonly kind: 'answered'; readonly status: number; readonly body: string; readonly isCut?: true }
  /** The API server did not reach it, or lets nobody through. */
  | { readonly kind: 'unreached'; readonly message: string };

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The log of the previous run, not of the current one. */
  readonly previous: boolean;
  /** At most this many of the last lines. */
  readonly lines: number;
  /** At most this many bytes of them. */
  readonly bytes: number;
}

/** A log's last lines (`isCut` if they were too many bytes), or why there are none. */
export type ContainerLog = { readonly lines: readonly string[]; readonly isCut: boolean } | { readonly none: string };

/** `refused`: the API server says why, usually a missing right. `gone`: that pod no longer exists. */
export type DeletedPod = { readonly kind: 'deleted' | 'gone' } | { readonly kind: 'refused'; readonly message: string };

/** An object's address. Kinds without namespaces have no `namespace`. */
export interface ObjectAddress {
  /** For example `apps/v1` or `v1`. */
  readonly api_version: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** From the API server's discovery. */
export interface KnownKind {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A field that another field manager owns. */
export interface FieldConflict {
  /** For example `kubectl-client-side-apply`. */
  readonly manager: string;
  /** For example `.spec.replicas`. */
  readonly field: string;
}

export interface ApplyOptions {
  /** Changes nothing; returns the object as it would be. */
  readonly dryRun?: boolean;
  /** Takes over fields that others own. */
  readonly force?: boolean;
  /** A different field manager than the deploying one. */
  readonly manager?: string;
  /**
   * Only if the object does not exist. If somebody else creates it at the same moment with other values, they win and
   * this returns `moved`.
   */
  readonly absent?: boolean;
}

export type Applied =
  | { readonly kind: 'applied'; readonly object: KubernetesObject }
  /** Others own the fields, with other values. Nothing was changed. */
  | { readonly kind: 'conflict'; readonly message: string; readonly conflicts: readonly FieldConflict[] }
  /** It was changed or deleted since it was read. Nothing was changed. */
  | { readonly kind: 'moved'; readonly message: string }
  /**
   * Nothing was changed, and a retry would be refused too: unknown fields, an immutable field, a quota, a missing
   * right.
   */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly message: string };

export type Patched =
  | { readonly kind: 'patched' | 'gone' }
  /** It changed while it was patched. The same request may be repeated. */
  | { readonly kind: 'moved'; readonly message: string }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly message: string };

export interface RemoveOptions {
  /** The object goes once everything it owns has gone. Otherwise it goes first. */
  readonly foreground?: boolean;
}

export type Removed =
  | { readonly kind: 'deleted' | 'gone' }
  /** A different object has its name now. */
  | { readonly kind: 'moved'; readonly message: string }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly message: string };

export interface ObjectList {
  readonly api_version: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  /** All of these labels. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Changes the objects of one cluster. Every method throws ClusterUnavailable if the cluster cannot be reached. */
export interface ClusterObjects {
  /** Undefined for a kind that the server does not know. */
  known(apiVersion: string, kind: string): Promise<KnownKind | undefined>;
  /** Undefined if it does not exist. */
  get(address: ObjectAddress): Promise<KubernetesObject | undefined>;
  /**
   * Server-side apply with Flotilla's field manager. With `metadata.resourceVersion` and `metadata.uid` in the object,
   * it applies only onto the version that was read.
   */
  apply(object: KubernetesObject, options?: ApplyOptions): Promise<Applied>;
  /**
   * A merge patch of the status, for controllers that take instructions there. With `version`
   * (`metadata.resourceVersion`), it patches only that one.
   */
  patchStatus(address: ObjectAddress, status: JsonObject, version?: string): Promise<Patched>;
  /** Removes exactly this object, not a later one with its name. What it owns goes with it. */
  remove(address: ObjectAddress, uid: string, options?: RemoveOptions): Promise<Removed>;
  list(list: ObjectList): Promise<readonly KubernetesObject[]>;
}

/** One cluster. Every method throws ClusterUnavailable if the cluster cannot be reached (no access, no network). */
export interface Cluster {
  /** The address and the authority that identifies it. Makes no request. */
  readonly address: string;
  /**
   * What distinguishes it from all other clusters, however it is reached: its address, and better identities where they
   * can be read.
   */
  identify(): Promise<readonly string[]>;
  /** Reads several workloads with as few requests as possible, in the given order. */
  read(workloads: readonly Workload[]): Promise<readonly WorkloadView[]>;
  /** A container's last lines, from its previous run if there was one. Empty if there is nothing to read. */
  logs(namespace: string, pod: string, container: string, lines: number): Promise<readonly string[]>;
  /** The last lines of either run of a container. Absent if logs cannot be read. */
  readLog?(request: LogRequest): Promise<ContainerLog>;
  /** HTTP GET. Never throws for the service's own failures. */
  probe(request: HealthRequest): Promise<HealthAnswer>;
  /** Asks a service in the cluster. Absent if services cannot be asked. */
  readService?(request: ServiceRequest): Promise<ServiceAnswer>;
  /**
   * Which of these rights we lack in a namespace; undefined if the cluster does not say. Absent if it cannot be asked.
   */
  missingRights?(namespace: string, wanted: readonly Right[]): Promise<readonly Right[] | undefined>;
  /** Deletes exactly this pod, not a later one with its name. Absent on read-only clusters. */
  deletePod?(namespace: string, name: string, uid: string): Promise<DeletedPod>;
  /** For changing its objects. Absent on read-only clusters. */
  readonly objects?: ClusterObjects;
  /** Follows what is in flight through watch streams. Absent if it can only be read. */
  follow?(options: MirrorOptions): Mirror;
}

export interface MirrorOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Something about this rollout changed: its objects, their events, or whether they are visible. */
  readonly changed: (rollout: string) => void;
  /** Logs a line. */
  readonly tell?: ((message: string, about: Readonly<Record<string, string>>) => void) | undefined;
}

/** A live copy of what is in flight in a cluster, fed by its watch streams. */
export interface Mirror {
  /**
   * The complete set of rollouts, by name. Watches start now for what they need; what none of them needs is soon
   * dropped.
   */
  follow(rollouts: ReadonlyMap<string, Workload>): void;
  /**
   * Answers at once if everything is watched, otherwise after reading. Always covers the workload's state when its
   * rollout was first named. Undefined if watching is not allowed or too expensive: then it must be read. Throws
   * ClusterUnavailable.
   */
  view(rollout: string): Promise<WorkloadView | undefined>;
  /** Ends the streams. Keeps what came; the next `follow` continues from there. */
  rest(): void;
}
