import type { ManifestOrigin } from './kubernetes-settings.ts';

/** What is at a source now, as one text; or why there is nothing to be had, in words for who wrote the batch. */
export type FetchedManifests =
  | {
      readonly text: string;
      /** The commit of a repository; of an object in S3 its version, where it has one. */
      readonly revision?: string;
    }
  | { readonly problem: string };

/** Where manifests are fetched from that stand elsewhere. */
export interface ManifestSources {
  /** Never throws for what the source says, or does not say. */
  obtain(from: ManifestOrigin): Promise<FetchedManifests>;
}
