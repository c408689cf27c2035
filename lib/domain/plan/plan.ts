import type { JsonObject } from '../json.ts';
import type { Place } from '../schedule/place.ts';

/** The shapes of a frozen plan. It is stored as `batches/<id>/plan.json` and never changes. */

export const workloadKinds = [
  ...(['deployment', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod'] as const),
  /** Argo Rollouts, Knative, cert-manager, and any other object (see `CustomResource`). */
  ...(['rollout', 'knative-service', 'certificate', 'custom'] as const),
] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

/** An object of any API, as listed by `GET /apis/<api_version>/namespaces/<namespace>/<plural>`. */
export type CustomResource = {
  /** `group/version`, or only the version for the core API. */
  readonly api_version: string;
  readonly plural: string;
  /** CEL over `object`: when it is healthy. Absent: its conditions decide. */
  readonly healthy_when?: string;
  /** CEL over `object`: when it has failed for good. */
  readonly failing_when?: string;
};

/** As `kubectl` accepts it: the kind, or `widgets.example.com`. */
export const kindNameOf = ({ kind, resource }: Pick<Workload, 'kind' | 'resource'>): string => {
  if (resource === undefined) return kind;
  const [group, version] = resource.api_version.split('/');
  return version === undefined ? resource.plural : `${resource.plural}.${group}`;
};

/** A service's Kubernetes object. `image` is the repository, without tag or digest. */
export interface Workload {
  readonly kind: WorkloadKind;
  /** Only for the kind `custom`. */
  readonly resource?: CustomResource;
  readonly name: string;
  readonly namespace: string;
  readonly container?: string;
  readonly image?: string;
}

export interface HealthCheck {
  readonly enabled: boolean;
  readonly path?: string;
  readonly port?: number;
  /** Seconds. */
  readonly timeout?: number;
  /** The full URL, from the catalogue's health_url. */
  readonly url?: string;
  /** The environment asks to record the beginning of a bad answer. */
  readonly keep_answer?: true;
}

/** How a rollout is judged if not by default. From the batch, else from the catalogue. */
export interface RolloutSettings {
  /** How many container exits the rollout tolerates. Absent: the third exit fails it. */
  readonly crash_tolerance?: number;
  /** Seconds that containers must have run, if neither a readiness probe nor minReadySeconds shows that they serve. */
  readonly steady_seconds?: number;
  /** A broken pod of an earlier revision that blocks a StatefulSet is deleted. */
  readonly unblock?: true;
}

export type RollbackStrategy = 'automatic' | 'manual' | 'none';
export const artifactTypes = ['docker', 'helm', 'kustomize'] as const;
export type ArtifactType = (typeof artifactTypes)[number];

/** What the executor needs to know besides the deployment, for example pipeline and trigger. No secrets. */
export interface ExecutorSettings {
  readonly name: string;
  /** The account whose runs one poller reads, for example `harness:acme`. */
  readonly account: string;
  readonly settings: JsonObject;
}

/** One deployment, resolved against the catalogue. */
export interface PlannedDeployment {
  /** Its index in the plan's order, from 0. Dependencies always have smaller ones. */
  readonly index: number;
  /** `pillar/service_name`, unique in a batch. */
  readonly key: string;
  /** Its position in the file, from 1. */
  readonly position: number;
  readonly pillar: string;
  readonly service_name: string;
  /** What it does instead of deploying. Its version is then empty. */
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  readonly docker_artifact_type: ArtifactType;
  readonly docker_image_version: string;
  readonly environment_id: string;
  readonly infrastructure_id: string;
  readonly priority: number;
  /** Seconds that one attempt may take. */
  readonly timeout: number;
  /** Attempts after the first. */
  readonly retry_count: number;
  readonly tags: readonly string[];
  readonly rollback_strategy: RollbackStrategy;
  readonly health_check: HealthCheck;
  /** Plan indexes of what must have succeeded before, ascending. */
  readonly dependencies: readonly number[];
  readonly cluster: string;
  /** Where the functions that ask its cluster run; see `ClusterEntry`. */
  readonly place?: string;
  /** `environment/cluster/pillar/service_name`: where its release is recorded. */
  readonly target: string;
  readonly workload: Workload;
  /** Absent: defaults. */
  readonly rollout?: RolloutSettings;
  readonly executor: ExecutorSettings;
  /** The length of the longest dependency path before it, from 0. */
  readonly level: number;
  /** The number of deployments on the longest chain that starts here and follows dependents; at least 1. */
  readonly critical_path: number;
  /**
   * Among deployments that may start, the smaller rank goes first: priority (high first), critical path (long first),
   * file order.
   */
  readonly rank: number;
  /** Only for rollbacks and retries. */
  readonly replay?: Replay;
}

/** Who changed a target last, and whether somebody has since adopted what others changed. */
export interface Expected extends Place {
  /** When it was adopted, in milliseconds since 1970; absent if it was not. */
  readonly adopted_at?: number;
}

/** What a rollback or a retry repeats. Only an origin can set it, never a file. */
export interface Replay {
  /** `rollback`: puts an earlier release back as it was planned then. If that fails, nothing is restored. */
  readonly kind: 'rollback' | 'retry';
  /** What it takes back or retries: the deployments of the batch and of its retries. */
  readonly of: readonly Place[];
  /**
   * Who must have changed the target last when it starts: one of the plan's deployments. If anything came since, it is
   * SKIPPED / Superseded. Absent: nobody, as far as recorded.
   */
  readonly expects?: Expected;
  /** For a rollback: what ran then, to verify it. */
  readonly image?: string;
  readonly digest?: string;
  readonly container?: string;
}

export interface Strategy {
  readonly mode: 'parallel' | 'sequential';
  readonly max_concurrency: number;
  /** `rollback`: nothing new starts. Once everything in flight has ended, the batch's changes are rolled back. */
  readonly on_failure: 'continue' | 'stop' | 'rollback';
}

export interface Plan {
  /**
   * SHA-256 in hex over the normalised items and the resolved catalogue. Contains no ids and no times, except from a
   * replay.
   */
  readonly plan_hash: string;
  readonly strategy: Strategy;
  /** A rollback goes before all other batches. */
  readonly lane?: 'rollback';
  /** For a rollback: these go back whatever happened to those that they wait for. Plan indexes, ascending. */
  readonly forced?: readonly number[];
  /** In plan order; `deployments[i].index === i`. */
  readonly deployments: readonly PlannedDeployment[];
  /**
   * By index: the locks of what each one changes, sorted. Those objects and its target have one deployment at a time.
   */
  readonly locks: readonly (readonly string[])[];
  /**
   * How many deployments may be in flight: by `environment:<id>`, `pillar:<name>`, `cluster:<name>`,
   * `executor:<account>`. An absent name has no limit.
   */
  readonly limits: Readonly<Record<string, number>>;
  /** Keys along one longest chain, first to last. */
  readonly critical_path: readonly string[];
  readonly warnings: readonly string[];
}
