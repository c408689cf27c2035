import { reachOf } from '../../domain/grants/reach.ts';
import { describeDeployment } from '../../domain/plan/describe-deployment.ts';
import { keptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { planBatch } from '../../domain/plan/plan-batch.ts';
import { type PreviewedRow, type PreviewRow, previewBounds } from '../../domain/preview/preview-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { readValidBatch } from '../batch/read-valid-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkAnyGrant, refuseBy } from '../grants/refuse.ts';
import { storeManifests } from '../manifests/store-manifests.ts';
import { retryConflict } from '../retry-conflict.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import type { PreviewView } from './preview-view.ts';
import { viewOfPreview } from './preview-view.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue'> & AskedBy;

/**
 * Begins to ask clusters what a batch would do there. Who may plan it may ask for that; nothing is deployed, and what is found out is
 * kept for an hour.
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
  const row: PreviewRow = {
    ...{ state: 'running', plan_hash: plan.plan_hash, by: rights.actor.subject, reach: reachOf(batch.deployments) },
    total: plan.deployments.length,
    left_out: Math.max(0, plan.deployments.length - previewBounds.deployments),
    at,
    expires_at: Math.ceil(at / 1_000) + previewBounds.kept,
  };
  const rows = rowsOf(plan, row);
  // By what is in them: a submit stores the same.
  await storeManifests(deps, manifests);
  await retryConflict(deps, () =>
    deps.table.transact([
      { put: itemOf(keys.preview(previewId), row) },
      ...rows.map((one) => ({ put: itemOf(keys.previewed(previewId, one.deployment.index), one) })),
    ]),
  );
  await deps.table.synced();
  await deps.workflow.start('preview', previewId, { preview_id: previewId });
  return viewOfPreview(previewId, row, rows);
};

const rowsOf = ({ deployments }: Plan, { expires_at }: PreviewRow): readonly PreviewedRow[] =>
  deployments.slice(0, previewBounds.deployments).map((planned) => ({
    deployment: keptDeployment(planned),
    steps: describeDeployment(planned, []),
    expires_at,
  }));
