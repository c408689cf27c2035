import type { JsonObject } from '../json.ts';
import type { Place } from '../schedule/place.ts';

/** The shapes of a frozen plan. It is stored as `batches/<id>/plan.json` and never changes afterwards. */

export const workloadKinds = [
  ...(['deployment', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod'] as const),
  /** Argo Rollouts, Knative and cert-manager; and any other object, see `CustomResource`. */
  ...(['rollout', 'knative-service', 'certificate', 'custom'] as const),
] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

/** An object of any API, as `GET /apis/<api_version>/namespaces/<namespace>/<plural>` lists them. */
export type CustomResource = {
  /** `group/version`, or the version alone of the core API. */
  readonly api_version: string;
  readonly plural: string;
  /** CEL over `object`: when it is healthy. Absent: by its conditions. */
  readonly healthy_when?: string;
  /** CEL over `object`: when it has failed for good. */
  readonly failing_when?: string;
};

/** As `kubectl` takes it: the kind, or `widgets.example.com`. */
export const kindNameOf = ({ kind, resource }: Pick<Workload, 'kind' | 'resource'>): string => {
  if (resource === undefined) return kind;
  const [group, version] = resource.api_version.split('/');
  return version === undefined ? resource.plural : `${resource.plural}.${group}`;
};

/** The Kubernetes object that a service is. `image` is the repository, without tag or digest. */
export interface Workload {
  readonly kind: WorkloadKind;
  /** Of the kind `custom` only. */
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
  /** Full URL, from the catalogue's health_url. */
  readonly url?: string;
  /** A bad answer is recorded with its first words, as the environment says. */
  readonly keep_answer?: true;
}

/** How a rollout is judged, where it is not as usual. From the batch, else from the catalogue. */
export interface RolloutSettings {
  /** How often a container may end before that fails the rollout. Absent: the third end does. */
  readonly crash_tolerance?: number;
  /** Seconds that containers must have run, where neither a readiness probe nor minReadySeconds tells that they serve. */
  readonly steady_seconds?: number;
  /** A broken pod of an earlier revision that holds up a StatefulSet is deleted. */
  readonly unblock?: true;
}

export type RollbackStrategy = 'automatic' | 'manual' | 'none';
export const artifactTypes = ['docker', 'helm', 'kustomize'] as const;
export type ArtifactType = (typeof artifactTypes)[number];

/** What the executor needs to know beyond the deployment, for example pipeline and trigger. No secrets. */
export interface ExecutorSettings {
  readonly name: string;
  /** The account whose runs one poller reads, for example `harness:acme`. */
  readonly account: string;
  readonly settings: JsonObject;
}

/** One deployment, resolved against the catalogue. */
export interface PlannedDeployment {
  /** Place in the plan's order, from 0: dependencies always have smaller numbers. */
  readonly index: number;
  /** `pillar/service_name`, unique in a batch. */
  readonly key: string;
  /** Place in the file, from 1. */
  readonly position: number;
  readonly pillar: string;
  readonly service_name: string;
  /** What it does where it does not deploy: then its version is empty. */
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  readonly docker_artifact_type: ArtifactType;
  readonly docker_image_version: string;
  readonly environment_id: string;
  readonly infrastructure_id: string;
  readonly priority: number;
  /** Seconds that one attempt may take. */
  readonly timeout: number;
  /** Tries after the first. */
  readonly retry_count: number;
  readonly tags: readonly string[];
  readonly rollback_strategy: RollbackStrategy;
  readonly health_check: HealthCheck;
  /** Plan indexes of what must have succeeded before, ascending. */
  readonly dependencies: readonly number[];
  readonly cluster: string;
  /** Whose functions ask that cluster; see `ClusterEntry`. */
  readonly place?: string;
  /** `environment/cluster/pillar/service_name`: where its release is recorded. */
  readonly target: string;
  readonly workload: Workload;
  /** Absent: as usual. */
  readonly rollout?: RolloutSettings;
  readonly executor: ExecutorSettings;
  /** Length of the longest path of dependencies before it, from 0. */
  readonly level: number;
  /** Number of deployments on the longest chain that begins with this one and follows dependents; at least 1. */
  readonly critical_path: number;
  /** Among deployments that may start, the smaller rank goes first: priority (high first), critical path (long first), file order. */
  readonly rank: number;
  /** Of a deployment of a rollback or a retry. */
  readonly replay?: Replay;
}

/** Who changed a target last, and whether somebody has taken what others made of that as right. */
export interface Expected extends Place {
  /** When, in milliseconds since 1970; absent where nobody has. */
  readonly adopted_at?: number;
}

/** What a deployment of a rollback or a retry does again. Only an origin can set it, never a file. */
export interface Replay {
  /** `rollback`: an earlier release is put back, as it was planned then; and where that fails, nothing is restored. */
  readonly kind: 'rollback' | 'retry';
  /** What it takes back, or tries again: the deployments of the batch and of its retries. */
  readonly of: readonly Place[];
  /**
   * Who must have changed the target last, at its start: those of the plan. Anything else has come since, and it is SKIPPED /
   * Superseded. Absent: nobody, as far as it was recorded.
   */
  readonly expects?: Expected;
  /** Of a rollback: what ran then, by which it is verified. */
  readonly image?: string;
  readonly digest?: string;
  readonly container?: string;
}

export interface Strategy {
  readonly mode: 'parallel' | 'sequential';
  readonly max_concurrency: number;
  /** `rollback`: nothing new starts, and when all has ended that is in flight, what the batch has changed goes back. */
  readonly on_failure: 'continue' | 'stop' | 'rollback';
}

export interface Plan {
  /** SHA-256 in hex over the normalised items and the resolved catalogue; no ids, no times, but for what a rollback or a retry replays. */
  readonly plan_hash: string;
  readonly strategy: Strategy;
  /** A rollback goes before all other batches. */
  readonly lane?: 'rollback';
  /** Of a rollback: these go back whatever became of those that they wait for. Plan indexes, ascending. */
  readonly forced?: readonly number[];
  /** In plan order; `deployments[i].index === i`. */
  readonly deployments: readonly PlannedDeployment[];
  /** By index: the locks of what each changes, sorted. They and its target have one deployment at a time. */
  readonly locks: readonly (readonly string[])[];
  /** How many deployments may be in flight: by `environment:<id>`, `pillar:<name>`, `cluster:<name>`, `executor:<account>`. A name that is absent has no limit. */
  readonly limits: Readonly<Record<string, number>>;
  /** Keys along one longest chain, first to last. */
  readonly critical_path: readonly string[];
  readonly warnings: readonly string[];
}
