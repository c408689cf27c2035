import type { ManifestOrigin } from './kubernetes-settings.ts';

/** What a source holds now, as one text; or why it is unavailable, in words for the batch's author. */
export type FetchedManifests =
  | {
      readonly text: string;
      /** A repository's commit, or an S3 object's version if it has one. */
      readonly revision?: string;
    }
  | { readonly problem: string };

/** Fetches manifests that are stored elsewhere. */
export interface ManifestSources {
  /** Never throws for the source's failures. */
  obtain(from: ManifestOrigin): Promise<FetchedManifests>;
}
