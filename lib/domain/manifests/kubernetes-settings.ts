import type { KubernetesPolicy, ManifestSource, TakeOver } from '../catalogue/catalogue.ts';
import type { Strategy } from '../strategy/strategy.ts';

/** Where manifests came from, beside their text. */
export type ManifestOrigin = Exclude<ManifestSource, { readonly text: string }>;

/** The manifests of a deployment: a document, named by what is in it, once that is known. */
export interface Manifests {
  /** Of the text as it was written, in 64 hexadecimal digits: `manifests/<sha256>.yaml`. Absent until the state Plan has fetched it. */
  readonly sha256?: string;
  /** Absent where the batch brought them. */
  readonly from?: ManifestOrigin;
  /** Of a git reference, once it is resolved; of an object in S3 its version, where it has one. */
  readonly revision?: string;
  /** Seconds for which the Argo Rollout in them pauses by itself. */
  readonly pause_seconds?: number;
}

/** The settings of a planned deployment by the executor `kubernetes`. Absent `manifests`: the image of its workload alone. */
export interface KubernetesSettings {
  readonly manifests?: Manifests;
  readonly prune?: true;
  readonly take_over?: TakeOver;
  /** The namespace of the workload is made where there is none. */
  readonly create_namespace?: true;
  /** Of a release that was only seen: what stood there before this deployment changed it, instead of manifests. */
  readonly before?: { readonly batch_id: string; readonly index: number };
  /** Of a release that is put back after it was deleted: as many as a scale had set since, whatever its manifests say. */
  readonly replicas?: number;
  /** The policy of its environment for the rules, which look at what runs, too. */
  readonly rules?: KubernetesPolicy['rules'];
  readonly pod_security?: KubernetesPolicy['pod_security'];
  /** Kinds without a namespace that its environment allows: only a server knows of which custom kinds that is true. */
  readonly cluster_scoped?: KubernetesPolicy['cluster_scoped'];
  /** Absent: the new version takes over at once. */
  readonly strategy?: Strategy;
  /** Seconds that it may wait for a person. Absent: as many as usual. */
  readonly human_wait?: number;
  /** The item says so: its service has a strategy, which is not used. */
  readonly at_once?: true;
}
