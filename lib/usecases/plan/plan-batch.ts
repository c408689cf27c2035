import type { Batch } from '../../domain/batch/batch.ts';
import { counted } from '../../domain/counted.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { planBatch as planOf } from '../../domain/plan/plan-batch.ts';
import { changeHeader } from '../../domain/record/change.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { type InboxMessage, itemOf } from '../../domain/record/rows.ts';
import { findBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import { readDocument } from '../record/read-document.ts';
import { retryConflict } from '../retry-conflict.ts';
import { readPlanHead, writePlan } from './plan-store.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'ids' | 'catalogue'>;

/** Freezes the plan, marks the batch as planned and tells the dispatcher, in one transaction. Repeating it changes nothing. */
export const planBatch = async (
  deps: Needs,
  { batch_id, execution_arn }: { readonly batch_id: string; readonly execution_arn: string },
): Promise<{ count: number }> => {
  const { plan_hash } = await findBatch(deps, batch_id);
  const planned = plan_hash === undefined ? undefined : await readPlanHead(deps, batch_id);
  if (planned !== undefined) return { count: planned.total };
  const batch = await readDocument<Batch>(deps.documents, documentPaths.batch(batch_id));
  const plan = planOf(batch, await deps.catalogue());
  await claimPlan(deps, batch_id, plan.plan_hash);
  await writePlan(deps, batch_id, plan);
  await retryConflict(deps, async () => {
    const header = await findBatch(deps, batch_id);
    if (header.plan_hash !== undefined) return;
    // A function that was given up long ago may still get here.
    if (header.ended_at !== undefined) throw new FlotillaError('StatusConflict', `batch ${batch_id} has ended`);
    const at = deps.clock.now();
    const { plan_hash, deployments } = plan;
    const told = {
      status: 'PROCESSING',
      reason: 'Planned',
      message: `Planned ${counted(deployments.length, 'deployment')}.`,
    } as const;
    const change = changeHeader(
      header,
      { ...told, plan_hash, execution_arn },
      { at, actor: 'plan', detail: { plan_hash } },
    );
    const message: InboxMessage = { type: 'planned', batch_id };
    await deps.table.transact([...change.writes, { put: itemOf(keys.inbox(deps.ids.next()), { message }) }]);
  });
  return { count: plan.deployments.length };
};

/**
 * A call that was given up may still be at work beside the one that repeats it, and the catalogue may have changed between the
 * two: only the plan of the first is written, because children may read it already. The other fails, and starts nothing.
 */
const claimPlan = ({ table, ...deps }: Needs, batchId: string, plan_hash: string): Promise<void> =>
  retryConflict(deps, async () => {
    const claimed = (await table.get(keys.planClaim(batchId)))?.plan_hash;
    if (claimed === undefined) {
      await table.transact([{ put: itemOf(keys.planClaim(batchId), { plan_hash }), when: { exists: false } }]);
    } else if (claimed !== plan_hash) {
      throw new FlotillaError('StatusConflict', `batch ${batchId} is being planned by another catalogue`);
    }
  });
