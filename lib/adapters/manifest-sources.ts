import type { ManifestOrigin } from '../domain/manifests/kubernetes-settings.ts';
import type { FetchedManifests, ManifestSources } from '../domain/manifests/manifest-sources.ts';
import { fetchGit } from './git/fetch-git.ts';
import type { Transport } from './own-fetch.ts';
import { addressProblem, type LookUp } from './public-address.ts';

/** The time-out for one source, in milliseconds: a call of the function fetches a hundred of them, ten at once. */
const longestFetch = 10_000;

export interface SourceOptions {
  readonly transport?: Transport;
  readonly lookUp?: LookUp;
  /** Our own documents bucket. A batch may name no manifests there. */
  readonly documents?: string;
}

const bucketOf = (s3: string): string | undefined => /^s3:\/\/([^/]+)\//.exec(s3)?.[1];

/** Objects in S3, with our own rights, and public repositories. */
export class OwnManifestSources implements ManifestSources {
  readonly #options: SourceOptions;

  constructor(options: SourceOptions = {}) {
    this.#options = options;
  }

  async obtain(from: ManifestOrigin): Promise<FetchedManifests> {
    const { transport, lookUp, documents } = this.#options;
    if ('s3' in from) {
      if (documents !== undefined && bucketOf(from.s3) === documents)
        return { problem: 'it is in the bucket of Flotilla itself, which has no manifests for others' };
      // The S3 client loads slowly, and few batches need it.
      const { fetchS3 } = await import('./s3-manifests.ts');
      return fetchS3(from.s3);
    }
    const problem = await addressProblem(from.git, lookUp);
    if (problem !== undefined) return { problem };
    const signal = AbortSignal.timeout(longestFetch);
    return fetchGit(from, { signal, ...(transport === undefined ? {} : { transport }) });
  }
}
