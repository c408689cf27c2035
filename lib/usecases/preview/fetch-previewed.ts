import type { ObjectOwners } from '../../domain/manifests/shared-objects.ts';
import { fittingPreview } from '../../domain/preview/fitting-preview.ts';
import type { PreviewedRow, PreviewRow } from '../../domain/preview/preview-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import {
  type Fetched,
  fetchSources,
  keyOfOrigin,
  type ResolvedOne,
  resolveOne,
  unreadIn,
} from '../manifests/fetch-sources.ts';
import { retryConflict } from '../retry-conflict.ts';
import { readPreviewed, storePreviewed, unfetchedOf } from './previewed-manifests.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'catalogue' | 'manifestSources'>;

/**
 * Fetches the manifests that a preview keeps elsewhere and checks them, just as the state Plan does for a batch. What
 * cannot be fetched or would be refused becomes the answer for its deployment. The other deployments still go to their
 * clusters.
 */
export const fetchPreviewed = async (
  deps: Needs,
  { preview_id: previewId }: { readonly preview_id: string },
): Promise<Record<string, never>> => {
  const header = rowOf<PreviewRow>(await deps.table.get(keys.preview(previewId)));
  if (header?.state !== 'running') return {};
  const open = (await readPreviewed(deps, previewId)).filter(
    ({ answer, deployment }) => answer === undefined && unfetchedOf(deployment) !== undefined,
  );
  const fetched = await fetchSources(
    deps,
    open.map(({ deployment }) => unfetchedOf(deployment)!),
  );
  const catalogue = await deps.catalogue();
  const owners: ObjectOwners = new Map();
  for (const row of open) {
    const found = foundFor(row, fetched);
    const resolved = typeof found === 'string' ? undefined : resolveOne(row.deployment, found, { catalogue, owners });
    const problems = typeof found === 'string' ? [found] : [...unreadIn(found), ...resolved!.problems];
    if (typeof found !== 'string' && problems.length === 0)
      await storePreviewed(deps, previewId, new Map([[found.sha256, found.text]]));
    const next = problems.length > 0 || resolved === undefined ? refused(row, problems) : withManifests(row, resolved);
    await retryConflict(deps, () =>
      deps.table.transact([{ put: itemOf(keys.previewed(previewId, row.deployment.index), next) }]),
    );
  }
  return {};
};

const foundFor = ({ deployment }: PreviewedRow, { found, problems }: Fetched) => {
  const source = found.get(keyOfOrigin(unfetchedOf(deployment)!));
  if (source === undefined) return problems.join('; ');
  return 'problem' in source ? source.problem : source;
};

const refused = (row: PreviewedRow, problems: readonly string[]): PreviewedRow => {
  const problem = { reason: 'ManifestsRefused', message: problems.join('; ') };
  return { ...row, answer: { state: 'told', ...fittingPreview({ objects: [], problem }) } };
};

const withManifests = (
  { deployment, ...row }: PreviewedRow,
  { manifests, workload = deployment.workload }: ResolvedOne,
): PreviewedRow => {
  const { executor } = deployment;
  const settings = { ...executor.settings, manifests: { ...manifests } };
  return { ...row, deployment: { ...deployment, workload, executor: { ...executor, settings } } };
};
