import type { ManifestOrigin } from '../domain/manifests/kubernetes-settings.ts';
import type { FetchedManifests, ManifestSources } from '../domain/manifests/manifest-sources.ts';
import { fetchGit } from './git/fetch-git.ts';
import type { Transport } from './own-fetch.ts';
import { addressProblem, type LookUp } from './public-address.ts';

/** How long one source may take, milliseconds: a hundred of them, ten at once, are fetched within a call of the function. */
const longestFetch = 10_000;

export interface SourceOptions {
  readonly transport?: Transport;
  readonly lookUp?: LookUp;
  /** The bucket with documents of ours: no manifests are there that a batch may name. */
  readonly documents?: string;
}

const bucketOf = (s3: string): string | undefined => /^s3:\/\/([^/]+)\//.exec(s3)?.[1];

/** Objects in S3 with the rights of whoever runs this, and repositories that everybody may read. */
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
      // The client of S3 takes long to load, and few need it.
      const { fetchS3 } = await import('./s3-manifests.ts');
      return fetchS3(from.s3);
    }
    const problem = await addressProblem(from.git, lookUp);
    if (problem !== undefined) return { problem };
    const signal = AbortSignal.timeout(longestFetch);
    return fetchGit(from, { signal, ...(transport === undefined ? {} : { transport }) });
  }
}
