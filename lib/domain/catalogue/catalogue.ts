import type { ItemDefaults } from '../batch/item-defaults.ts';
import type { Grant } from '../grants/grant.ts';
import type { RoleRow } from '../grants/role.ts';
import type { CustomResource, WorkloadKind } from '../plan/plan.ts';
import type { Strategy } from '../strategy/strategy.ts';

/** The existing executors. A batch or a service that names another one is refused. */
export const executorNames = ['harness', 'kubernetes'] as const;
export type ExecutorName = (typeof executorNames)[number];

/** The kinds whose rollout can be verified. A batch with a service of another kind is refused. */
export const verifiableKinds: readonly WorkloadKind[] = [
  ...(['deployment', 'statefulset', 'daemonset', 'job', 'cronjob'] as const),
  ...(['rollout', 'knative-service', 'certificate', 'custom'] as const),
];

export const defaultPillars = ['clearing', 'risk', 'data', 'shared'] as const;

/** How to ask Harness for a deployment. No secrets: a webhook token is in the connections, under `webhook_token_of`. */
export interface HarnessSettings {
  readonly mode: 'webhook' | 'execute';
  readonly pipeline: string;
  readonly trigger: string;
  readonly org: string;
  readonly project: string;
  /** Execute mode: the pipeline variables to fill; absent means all known ones. */
  readonly variables?: readonly string[];
  /**
   * Key into `Connections.harness.webhook_tokens`: `pillar` or `pillar/service_name`. Absent: no token is configured.
   */
  readonly webhook_token_of?: string;
  /** Seconds that a run may wait for a person. Absent: the default. */
  readonly human_wait?: number;
}

/** Where manifests outside a batch are stored. */
export type ManifestSource =
  /** Multi-document YAML, as written. */
  | { readonly text: string }
  /** `s3://bucket/key`, a single object. */
  | { readonly s3: string }
  /** All YAML and JSON files below `path`, at a branch, a tag or a commit of a repository that is read over HTTPS. */
  | { readonly git: string; readonly ref: string; readonly path?: string };

/** How the executor `kubernetes` deploys a service. */
export interface KubernetesEntry {
  /** What is applied. Absent: only the workload's image, unless a batch has manifests. */
  readonly manifests?: ManifestSource;
  /** Deletes what the previous release had and this one lacks. */
  readonly prune?: true;
  /** How a new version takes over. Absent: at once, by the workload's own rolling update. */
  readonly strategy?: StrategyEntry;
}

/** A strategy, and the environments that use it. Absent: all. */
export interface StrategyEntry extends Strategy {
  readonly environments?: readonly string[];
  /** Seconds that the last step may wait for a person. Absent: the default. */
  readonly human_wait?: number;
}

/**
 * Whose fields an apply may take over: everybody's, or only the fields of these managers. Absent: nobody's, so a
 * conflict is a failure.
 */
export type TakeOver = 'all' | readonly string[];

/** What may be applied in an environment. */
export interface KubernetesPolicy {
  /** Namespaces besides the workload's. */
  readonly namespaces?: readonly string[];
  /** Allowed kinds without a namespace, for example `Namespace` or `ClusterRole`. Absent: none. */
  readonly cluster_scoped?: readonly string[];
  readonly take_over?: TakeOver;
  /** The required level of the Pod Security Standards. Absent: `baseline`. */
  readonly pod_security?: 'privileged' | 'baseline' | 'restricted';
  /** Severity by rule name. Other rules have their defaults. */
  readonly rules?: Readonly<Record<string, RuleSeverity>>;
}

/** An `error` refuses the batch; a `warning` is only reported. */
export type RuleSeverity = 'error' | 'warning' | 'off';

/** Where single deployment requests are deployed. */
export interface RequestsEntry {
  /** Absent: the only environment. */
  readonly environment?: string;
  /** Absent: the only cluster. */
  readonly infrastructure?: string;
  /** Absent: `requests`. */
  readonly pillar?: string;
  /** Namespaces that they may name. Absent: all except Kubernetes' own. */
  readonly namespaces?: readonly string[];
}

/** What a batch's health check may request from a service. Absent: any path, and the ports that its Service names. */
export interface HealthEntry {
  /** The first is used if a batch names none. */
  readonly ports?: readonly number[];
  /** Each one includes everything below it. */
  readonly paths?: readonly string[];
}

export interface ServiceEntry {
  readonly kind: WorkloadKind;
  /** Only for the kind `custom`. */
  readonly resource?: CustomResource;
  /** Name of the Kubernetes object. */
  readonly name: string;
  readonly namespace?: string;
  readonly container?: string;
  /** Image repository, without tag or digest. */
  readonly image?: string;
  readonly health_url?: string;
  readonly health?: HealthEntry;
  readonly crash_tolerance?: number;
  readonly steady_seconds?: number;
  readonly unblock?: boolean;
  readonly executor?: ExecutorName;
  readonly kubernetes?: KubernetesEntry;
  /** Only if it differs from its pillar's. */
  readonly harness?: HarnessSettings;
}

export interface PillarEntry {
  readonly max_concurrency?: number;
  /** Absent if the pillar as a whole has no pipeline. */
  readonly harness?: HarnessSettings;
  /** Defaults for its deployments, unless something more specific is set. */
  readonly defaults?: ItemDefaults;
}

/** A Service in a cluster with the Prometheus API. */
export interface PrometheusEntry {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** For example `/prometheus`, if its paths start with one. */
  readonly path_prefix?: string;
}

export interface ClusterEntry {
  readonly simulated: boolean;
  readonly max_concurrency?: number;
  /** What its connection says about its identity; absent if nothing. See `namesOfClusters`. */
  readonly known_as?: string;
  /**
   * The network of the stage's functions that ask it. Absent: the functions without a place. Has no meaning on one
   * machine.
   */
  readonly place?: string;
  /** Its kubeconfig turns off the check of its certificate. */
  readonly unverified?: true;
  /** Where its metrics are. */
  readonly prometheus?: PrometheusEntry;
}

export interface EnvironmentEntry {
  readonly max_concurrency?: number;
  /** Allowed values of infrastructure_id here; absent: any that exist. */
  readonly infrastructures?: readonly string[];
  /** A different person than the submitter must resolve. */
  readonly second_person?: boolean;
  /** The beginning of a bad health answer is recorded. */
  readonly keep_health_answers?: true;
  readonly kubernetes?: KubernetesPolicy;
  /**
   * Defaults for deployments there, unless they or their batch set something else. `infrastructure` is the older name
   * of `infrastructure_id`.
   */
  readonly defaults?: Omit<ItemDefaults, 'environment_id'> & { readonly infrastructure?: string };
}

export interface HarnessAccount {
  readonly simulated: boolean;
  readonly account: string;
  readonly max_concurrency?: number;
  /** For all of Flotilla's requests to the account. */
  readonly requests_per_minute?: number;
}

/**
 * What exists and where it runs: everything in a configuration that may be shown and stored. Plain JSON, no secrets.
 */
export interface Catalogue {
  /** Everything is simulated: the executor and every cluster. */
  readonly simulated: boolean;
  /** There is no configuration file. This is Flotilla's built-in one, so nobody forgot anything in it. */
  readonly without_file?: true;
  /** Defaults for every deployment, unless something more specific is set. */
  readonly defaults?: ItemDefaults;
  readonly pillars: Readonly<Record<string, PillarEntry>>;
  /** Pillar -> service name -> entry. Absent: no mapping, every service name is accepted. */
  readonly services?: Readonly<Record<string, Readonly<Record<string, ServiceEntry>>>>;
  /** Absent: every environment is accepted. */
  readonly environments?: Readonly<Record<string, EnvironmentEntry>>;
  readonly clusters: Readonly<Record<string, ClusterEntry>>;
  /** Values of infrastructure_id besides the names of clusters. */
  readonly infrastructures: Readonly<Record<string, { readonly cluster: string; readonly namespace?: string }>>;
  /** Absent without Harness: the executor is then `kubernetes`. */
  readonly harness?: HarnessAccount;
  /** Who may do what where. Absent: everyone, within the scopes of their tokens. */
  readonly grants?: readonly Grant[];
  /** People's roles. Absent: only token scopes limit people. */
  readonly roles?: readonly RoleRow[];
  /** How long a batch's record is kept after its end. Absent: forever. */
  readonly retention_days?: number;
  readonly requests?: RequestsEntry;
}

/** A cluster by its name in EKS. */
export interface EksConnection {
  readonly kind: 'eks';
  readonly eks: string;
  /** Absent: the process's region. */
  readonly region?: string;
  /** A role in another account that finds and asks it. Absent: the process's own identity. */
  readonly role?: string;
  /** What that role's trust policy asks for. */
  readonly external_id?: string;
  /** Set if its address is reached through a proxy. */
  readonly proxy?: string;
}

export type ClusterConnection =
  | {
      readonly kind: 'kubeconfig';
      readonly kubeconfig: string;
      readonly context?: string;
      /** Refuses a kubeconfig that turns off the check of the certificate. */
      readonly verify?: 'required';
    }
  | EksConnection
  | { readonly kind: 'simulated' };

export type HarnessConnection =
  | { readonly kind: 'none' }
  | { readonly kind: 'simulated' }
  | {
      readonly kind: 'real';
      readonly base_url: string;
      readonly account: string;
      readonly org: string;
      readonly project: string;
      /** Secret. */
      readonly api_key: string;
      /** The host that the key and tokens are for, if they are stored separately from `base_url`. */
      readonly key_host?: string;
      /** Secret. By `pillar` or `pillar/service_name`; see `HarnessSettings.webhook_token_of`. */
      readonly webhook_tokens: Readonly<Record<string, string>>;
    };

/** How to reach what the catalogue names. Contains secrets: never stored, logged or shown. */
export interface Connections {
  readonly clusters: Readonly<Record<string, ClusterConnection>>;
  readonly harness: HarnessConnection;
}

export interface Configuration {
  readonly catalogue: Catalogue;
  readonly connections: Connections;
}

/** The value of an own key. Names come from users, and every object seems to have `constructor`. */
export const entryOf = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
