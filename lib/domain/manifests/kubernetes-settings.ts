import type { KubernetesPolicy, ManifestSource, TakeOver } from '../catalogue/catalogue.ts';
import type { Strategy } from '../strategy/strategy.ts';

/** Where manifests came from, in addition to their text. */
export type ManifestOrigin = Exclude<ManifestSource, { readonly text: string }>;

/** A deployment's manifests: a document named by its content, once known. */
export interface Manifests {
  /**
   * Of the original text, as 64 hexadecimal digits: `manifests/<sha256>.yaml`. Absent until the state Plan has fetched
   * it.
   */
  readonly sha256?: string;
  /** Absent if the batch contains them. */
  readonly from?: ManifestOrigin;
  /** The resolved git commit, or the S3 object's version if it has one. */
  readonly revision?: string;
  /** Seconds that the Argo Rollout in them pauses by itself. */
  readonly pause_seconds?: number;
}

/**
 * Settings of a planned deployment for the executor `kubernetes`. Without `manifests`, it changes only the workload's
 * image.
 */
export interface KubernetesSettings {
  readonly manifests?: Manifests;
  readonly prune?: true;
  readonly take_over?: TakeOver;
  /** Creates the workload's namespace if it does not exist. */
  readonly create_namespace?: true;
  /** For a release that was only observed: what was there before this deployment changed it, instead of manifests. */
  readonly before?: { readonly batch_id: string; readonly index: number };
  /** For a release restored after a delete: the number of replicas from a later scale, whatever its manifests say. */
  readonly replicas?: number;
  /** The environment's rules, which are also checked against what runs. */
  readonly rules?: KubernetesPolicy['rules'];
  readonly pod_security?: KubernetesPolicy['pod_security'];
  /**
   * Kinds without a namespace that the environment allows. For custom kinds, only a server knows whether they have one.
   */
  readonly cluster_scoped?: KubernetesPolicy['cluster_scoped'];
  /** Absent: the new version takes over at once. */
  readonly strategy?: Strategy;
  /** Seconds that it may wait for a person. Absent: the default. */
  readonly human_wait?: number;
  /** Set by the item: its service has a strategy that is not used. */
  readonly at_once?: true;
}
