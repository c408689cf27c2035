import type { Batch, Deployment } from '../../domain/batch/batch.ts';
import type { ManifestOrigin } from '../../domain/manifests/kubernetes-settings.ts';
import type { ObjectOwners } from '../../domain/manifests/shared-objects.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Deps } from '../deps.ts';
import { fetchSources, keyOfOrigin, resolveOne, type Source, unreadIn } from './fetch-sources.ts';
import { storeManifests } from './store-manifests.ts';

type Needs = Pick<Deps, 'documents' | 'catalogue' | 'manifestSources'>;

export type Resolved =
  | { readonly batch: Batch; readonly warnings: readonly string[] }
  /** Why it cannot be deployed, all of it. */
  | { readonly problems: readonly string[] };

/**
 * Fetches the manifests that a batch keeps elsewhere, once. From then on, the batch says what they were. Reports the
 * problems of all deployments together.
 */
export const resolveManifests = async (
  deps: Needs,
  { batchId, batch }: { readonly batchId: string; readonly batch: Batch },
): Promise<Resolved> => {
  const origins = batch.deployments.flatMap((one) => openOrigin(one) ?? []);
  if (origins.length === 0) return { batch, warnings: [] };
  const catalogue = await deps.catalogue();
  const { found, problems: ofAll } = await fetchSources(deps, origins);
  const sources = [...found.values()];
  const problems = sources.flatMap((one) => ('problem' in one ? [one.problem] : unreadIn(one)));
  problems.push(...ofAll);
  const warnings: string[] = [];
  const owners: ObjectOwners = new Map();
  const deployments = batch.deployments.map((one): Deployment => {
    const from = openOrigin(one);
    const source = from === undefined ? undefined : found.get(keyOfOrigin(from));
    if (source === undefined || 'problem' in source) return one;
    const { problems: its, warnings: told, ...fields } = resolveOne(one, source, { catalogue, owners });
    problems.push(...its);
    warnings.push(...told);
    return { ...one, ...fields };
  });
  if (problems.length > 0) return { problems };
  const read = sources.filter((one): one is Source => !('problem' in one));
  await storeManifests(deps, new Map(read.map(({ sha256, text }) => [sha256, { text }])));
  const resolved = { ...batch, deployments };
  await deps.documents.put(documentPaths.batch(batchId), JSON.stringify(resolved));
  return { batch: resolved, warnings };
};

/** Where unfetched manifests are. A replayed release names the manifests it had. */
const openOrigin = ({ manifests, planned }: Deployment): ManifestOrigin | undefined =>
  planned === undefined && manifests?.sha256 === undefined ? manifests?.from : undefined;
