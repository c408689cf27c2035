import type { Deployment } from '../../domain/batch/batch.ts';
import { partsOf } from '../../domain/parts-of.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Deps } from '../deps.ts';
import { mustReadManifests } from '../record/read-document.ts';

type Documents = Pick<Deps, 'documents'>;

/** How many are requested at once. */
const atOnce = 32;

/** Stores texts by their content: the same text is always the same document. */
export const storeManifests = async (
  { documents }: Documents,
  texts: ReadonlyMap<string, { readonly text: string }>,
): Promise<void> => {
  for (const part of partsOf([...texts], atOnce)) {
    await Promise.all(part.map(([sha256, { text }]) => documents.put(documentPaths.manifests(sha256), text)));
  }
};

/** The texts that these deployments apply, by SHA-256. Manifests that were not fetched yet have none. */
export const readManifests = async (
  { documents }: Documents,
  deployments: readonly Pick<Deployment, 'manifests'>[],
): Promise<ReadonlyMap<string, string>> => {
  const names = new Set(deployments.flatMap(({ manifests }) => manifests?.sha256 ?? []));
  const texts = new Map<string, string>();
  for (const part of partsOf([...names], atOnce)) {
    const read = await Promise.all(part.map((sha256) => mustReadManifests(documents, sha256)));
    part.forEach((sha256, at) => {
      texts.set(sha256, read[at]!);
    });
  }
  return texts;
};
