import { reachOf } from '../../domain/grants/reach.ts';
import type { Rights } from '../../domain/grants/rights.ts';
import { describeDeployment } from '../../domain/plan/describe-deployment.ts';
import { keptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { planBatch } from '../../domain/plan/plan-batch.ts';
import { type PreviewedRow, type PreviewRow, previewBounds } from '../../domain/preview/preview-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { readValidBatch } from '../batch/read-valid-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkAnyGrant, refuseBy } from '../grants/refuse.ts';
import { retryConflict } from '../retry-conflict.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { freePreviewPlace, takePreviewPlace } from './preview-places.ts';
import type { PreviewView } from './preview-view.ts';
import { viewOfPreview } from './preview-view.ts';
import { shaOf, storePreviewed, unfetchedOf } from './previewed-manifests.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue'> & AskedBy;

/**
 * Starts asking clusters what a batch would do there. Needs the same rights as planning it. Deploys nothing, and keeps
 * the answers for an hour.
 */
export const beginPreview = async (deps: Needs, { text }: { readonly text: string }): Promise<PreviewView> => {
  const { rights, clock, ids } = deps;
  checkAnyGrant(rights);
  const catalogue = await deps.catalogue();
  const names = await readNamesOfClusters(deps);
  const refuse = refuseBy(rights, 'read');
  const { batch, warnings, manifests } = readValidBatch(text, catalogue, { sureNamesOf: names.sureNamesOf, refuse });
  const plan = planBatch(batch, catalogue, { warnings, ...names });
  const previewId = ids.next();
  const at = clock.now();
  const kept = plan.deployments.slice(0, previewBounds.deployments);
  const by = rights.actor.subject;
  const place = await takePreviewPlace(deps, by, previewId);
  const total = plan.deployments.length;
  const row: PreviewRow = {
    ...{ state: 'running', place, plan_hash: plan.plan_hash, by, reach: reachOf(batch.deployments), total, at },
    left_out: Math.max(0, total - previewBounds.deployments),
    expires_at: Math.ceil(at / 1_000) + previewBounds.kept,
  };
  const rows = rowsOf(kept, row);
  const known = [...shaOf(kept)].flatMap((sha256) => {
    const text = manifests.get(sha256)?.text;
    return text === undefined ? [] : [[sha256, text] as const];
  });
  try {
    await storePreviewed(deps, previewId, new Map(known));
    await start(deps, { previewId, row, rows, isFetched: mayFetch(rights, kept) });
  } catch (error) {
    // Nobody will work on it, so its place becomes free.
    await freePreviewPlace(deps, { by, place, previewId });
    throw error;
  }
  return viewOfPreview(previewId, row, rows);
};

interface Beginning {
  readonly previewId: string;
  readonly row: PreviewRow;
  readonly rows: readonly PreviewedRow[];
  readonly isFetched: boolean;
}

const start = async (deps: Needs, { previewId, row, rows, isFetched }: Beginning): Promise<void> => {
  await retryConflict(deps, () =>
    deps.table.transact([
      { put: itemOf(keys.preview(previewId), row) },
      ...rows.map((one) => ({ put: itemOf(keys.previewed(previewId, one.deployment.index), one) })),
    ]),
  );
  await deps.table.synced();
  await deps.workflow.start('preview', previewId, { preview_id: previewId, fetch: isFetched });
};

/**
 * Manifests from S3, for example, are fetched only for callers who may deploy. A caller with read rights must not see
 * them this way.
 */
const mayFetch = ({ actor, refused }: Rights, deployments: readonly PlannedDeployment[]): boolean => {
  const open = deployments.filter((one) => unfetchedOf(one) !== undefined);
  const isInScope = actor.scopes.some((scope) => scope === 'deploy' || scope === 'admin');
  return open.length > 0 && isInScope && refused('deploy', reachOf(open)).length === 0;
};

const rowsOf = (deployments: readonly PlannedDeployment[], { expires_at }: PreviewRow): readonly PreviewedRow[] =>
  deployments.map((planned) => ({
    deployment: keptDeployment(planned),
    steps: describeDeployment(planned, []),
    expires_at,
  }));
