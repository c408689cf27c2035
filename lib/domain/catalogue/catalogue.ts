import type { ItemDefaults } from '../batch/item-defaults.ts';
import type { Grant } from '../grants/grant.ts';
import type { RoleRow } from '../grants/role.ts';
import type { CustomResource, WorkloadKind } from '../plan/plan.ts';
import type { Strategy } from '../strategy/strategy.ts';

/** The executors that exist. A batch or a service that names another one is refused. */
export const executorNames = ['harness', 'kubernetes'] as const;
export type ExecutorName = (typeof executorNames)[number];

/** The kinds whose rollout can be verified. A service of another kind is refused when its batch is submitted. */
export const verifiableKinds: readonly WorkloadKind[] = [
  ...(['deployment', 'statefulset', 'daemonset', 'job', 'cronjob'] as const),
  ...(['rollout', 'knative-service', 'certificate', 'custom'] as const),
];

export const defaultPillars = ['clearing', 'risk', 'data', 'shared'] as const;

/** How Harness is asked to deploy something. No secrets: a webhook token is in the connections, under `webhook_token_of`. */
export interface HarnessSettings {
  readonly mode: 'webhook' | 'execute';
  readonly pipeline: string;
  readonly trigger: string;
  readonly org: string;
  readonly project: string;
  /** Execute mode: the pipeline variables to fill; absent means all that are known. */
  readonly variables?: readonly string[];
  /** Key into `Connections.harness.webhook_tokens`: `pillar` or `pillar/service_name`. Absent: no token is configured. */
  readonly webhook_token_of?: string;
  /** Seconds that a run may wait for a person. Absent: as many as usual. */
  readonly human_wait?: number;
}

/** Where manifests stand that are not part of a batch. */
export type ManifestSource =
  /** Multi-document YAML, as it was written. */
  | { readonly text: string }
  /** `s3://bucket/key`, of one object. */
  | { readonly s3: string }
  /** All files of YAML and JSON below `path`; a branch, a tag or a commit of a repository that is read by HTTPS. */
  | { readonly git: string; readonly ref: string; readonly path?: string };

/** How the executor `kubernetes` deploys a service. */
export interface KubernetesEntry {
  /** What is applied. Absent: the image of the workload alone, where a batch brings no manifests. */
  readonly manifests?: ManifestSource;
  /** What the release before had and this one has not is deleted. */
  readonly prune?: true;
  /** How a new version takes over. Absent: at once, rolling, as the workload says. */
  readonly strategy?: StrategyEntry;
}

/** A strategy, and in which environments it is used. Absent: in all. */
export interface StrategyEntry extends Strategy {
  readonly environments?: readonly string[];
  /** Seconds that the last step may wait for a person. Absent: as many as usual. */
  readonly human_wait?: number;
}

/** Whose fields may be taken over by an apply: those of all, or of these field managers. Absent: nobody's, a conflict is a failure. */
export type TakeOver = 'all' | readonly string[];

/** What may be applied in an environment. */
export interface KubernetesPolicy {
  /** Namespaces besides that of the workload. */
  readonly namespaces?: readonly string[];
  /** Kinds without a namespace that may be applied, for example `Namespace` or `ClusterRole`. Absent: none. */
  readonly cluster_scoped?: readonly string[];
  readonly take_over?: TakeOver;
  /** A level of the Pod Security Standards that is asked for. Absent: `baseline`. */
  readonly pod_security?: 'privileged' | 'baseline' | 'restricted';
  /** How grave it is that a rule is broken, by its name; of others as usual. */
  readonly rules?: Readonly<Record<string, RuleSeverity>>;
}

/** An `error` refuses the batch, a `warning` is told. */
export type RuleSeverity = 'error' | 'warning' | 'off';

/** Where single deployment requests go. */
export interface RequestsEntry {
  /** Absent: the one environment that there is. */
  readonly environment?: string;
  /** Absent: the one cluster that there is. */
  readonly infrastructure?: string;
  /** Absent: `requests`. */
  readonly pillar?: string;
  /** Namespaces that they may name. Absent: all but those of Kubernetes itself. */
  readonly namespaces?: readonly string[];
}

/** What a health check of a batch may ask of a service. Absent: any path, and the ports that its Service names. */
export interface HealthEntry {
  /** Where a batch names none, the first. */
  readonly ports?: readonly number[];
  /** Each stands for all below it, too. */
  readonly paths?: readonly string[];
}

export interface ServiceEntry {
  readonly kind: WorkloadKind;
  /** Of the kind `custom` only. */
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
  /** Only when it differs from its pillar's. */
  readonly harness?: HarnessSettings;
}

export interface PillarEntry {
  readonly max_concurrency?: number;
  /** Absent when no pipeline is configured for the pillar as a whole. */
  readonly harness?: HarnessSettings;
  /** What its deployments take where nothing more specific says otherwise. */
  readonly defaults?: ItemDefaults;
}

/** A Service of a cluster that answers as Prometheus does. */
export interface PrometheusEntry {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** For example `/prometheus`, where its paths begin with one. */
  readonly path_prefix?: string;
}

export interface ClusterEntry {
  readonly simulated: boolean;
  readonly max_concurrency?: number;
  /** What its connection says about which cluster it is; absent where that says nothing. See `namesOfClusters`. */
  readonly known_as?: string;
  /** Of the functions of a stage that ask it: those of this network. Absent: those that are in none. On one machine it means nothing. */
  readonly place?: string;
  /** Its kubeconfig switches the check of its certificate off. */
  readonly unverified?: true;
  /** Where the numbers of what runs there are. */
  readonly prometheus?: PrometheusEntry;
}

export interface EnvironmentEntry {
  readonly max_concurrency?: number;
  /** What infrastructure_id may say with it; absent: anything that there is. */
  readonly infrastructures?: readonly string[];
  /** Another person resolves than the one who submitted. */
  readonly second_person?: boolean;
  /** Bad answers to health checks are recorded with their first words. */
  readonly keep_health_answers?: true;
  readonly kubernetes?: KubernetesPolicy;
  /** What deployments there take where neither they nor their batch say otherwise. `infrastructure`: the older name of `infrastructure_id`. */
  readonly defaults?: Omit<ItemDefaults, 'environment_id'> & { readonly infrastructure?: string };
}

export interface HarnessAccount {
  readonly simulated: boolean;
  readonly account: string;
  readonly max_concurrency?: number;
  /** Over all that Flotilla asks of the account. */
  readonly requests_per_minute?: number;
}

/** What exists and where it runs: everything of a configuration that may be shown and stored. Plain JSON, no secrets. */
export interface Catalogue {
  /** Everything is simulated: the executor and every cluster. */
  readonly simulated: boolean;
  /** There is no configuration file: this is what Flotilla brings with it, and nobody has forgotten anything in it. */
  readonly without_file?: true;
  /** What every deployment takes where nothing more specific says otherwise. */
  readonly defaults?: ItemDefaults;
  readonly pillars: Readonly<Record<string, PillarEntry>>;
  /** Pillar -> service name -> entry. Absent: no mapping, every service name is taken. */
  readonly services?: Readonly<Record<string, Readonly<Record<string, ServiceEntry>>>>;
  /** Absent: every environment is taken. */
  readonly environments?: Readonly<Record<string, EnvironmentEntry>>;
  readonly clusters: Readonly<Record<string, ClusterEntry>>;
  /** What infrastructure_id may say, besides the names of the clusters. */
  readonly infrastructures: Readonly<Record<string, { readonly cluster: string; readonly namespace?: string }>>;
  /** Absent where nobody has Harness: then the executor is `kubernetes`. */
  readonly harness?: HarnessAccount;
  /** Who may do what where. Absent: everybody, as far as the scopes of their tokens go. */
  readonly grants?: readonly Grant[];
  /** What people are. Absent: everybody may what the scopes of their token allow. */
  readonly roles?: readonly RoleRow[];
  /** How long the record of a batch is kept after its end. Absent: for ever. */
  readonly retention_days?: number;
  readonly requests?: RequestsEntry;
}

/** A cluster by its name in EKS. */
export interface EksConnection {
  readonly kind: 'eks';
  readonly eks: string;
  /** Absent: that of the process. */
  readonly region?: string;
  /** Of another account, by which it is found and asked. Absent: as whoever runs. */
  readonly role?: string;
  /** What the trust policy of that role asks for. */
  readonly external_id?: string;
  /** Where its address is reached by a proxy. */
  readonly proxy?: string;
}

export type ClusterConnection =
  | {
      readonly kind: 'kubeconfig';
      readonly kubeconfig: string;
      readonly context?: string;
      /** One whose kubeconfig switches the check of its certificate off is refused. */
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
      /** The host that key and tokens are for, where they lie apart from `base_url`. */
      readonly key_host?: string;
      /** Secret. By `pillar` or `pillar/service_name`, see `HarnessSettings.webhook_token_of`. */
      readonly webhook_tokens: Readonly<Record<string, string>>;
    };

/** How to reach what the catalogue names. Holds secrets: never stored, logged or shown. */
export interface Connections {
  readonly clusters: Readonly<Record<string, ClusterConnection>>;
  readonly harness: HarnessConnection;
}

export interface Configuration {
  readonly catalogue: Catalogue;
  readonly connections: Connections;
}

/** The value of an own key. Names come from users, and `constructor` is one that every object seems to have. */
export const entryOf = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
