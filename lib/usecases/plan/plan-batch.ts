import type { Batch } from '../../domain/batch/batch.ts';
import { namesOfClusters } from '../../domain/catalogue/cluster-names.ts';
import { counted } from '../../domain/counted.ts';
import { cut } from '../../domain/cut.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { manifestsRefused } from '../../domain/manifests/manifests-refused.ts';
import type { NamesOfClusters } from '../../domain/plan/lock-names.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { planBatch as planOf } from '../../domain/plan/plan-batch.ts';
import type { Write } from '../../domain/ports.ts';
import { changeHeader } from '../../domain/record/change.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed, itemOf, rowOf } from '../../domain/record/rows.ts';
import { findBatch } from '../batch/find-batch.ts';
import { storedWarnings } from '../batch/open-batch.ts';
import type { Deps } from '../deps.ts';
import { type Resolved, resolveManifests } from '../manifests/resolve-manifests.ts';
import { readDocument } from '../record/read-document.ts';
import { retryConflict } from '../retry-conflict.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { markPlanned } from './mark-planned.ts';
import { readPlanHead, writePlan } from './plan-store.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'ids' | 'catalogue' | 'manifestSources'>;

/**
 * Freezes the plan, marks the batch as planned and notifies the dispatcher, in one transaction. Repeating it changes
 * nothing.
 */
export const planBatch = async (
  deps: Needs,
  { batch_id, execution_arn }: { readonly batch_id: string; readonly execution_arn: string },
): Promise<{ count: number }> => {
  const found = await findBatch(deps, batch_id);
  const planned = found.plan_hash === undefined ? undefined : await readPlanHead(deps, batch_id);
  if (planned !== undefined) return { count: planned.total };
  const { batch, warnings } = await readResolved(deps, batch_id);
  const plan = await claimPlan(deps, batch_id, batch);
  await writePlan(deps, batch_id, plan);
  await markPlanned(deps, found, plan);
  await retryConflict(deps, async () => {
    const header = await findBatch(deps, batch_id);
    if (header.plan_hash !== undefined) return;
    // A call that was given up long ago may still get here.
    if (isSealed(header)) throw new FlotillaError('StatusConflict', `batch ${batch_id} has ended`);
    const at = deps.clock.now();
    const { plan_hash, deployments } = plan;
    const told = {
      status: 'PROCESSING',
      reason: 'Planned',
      message: `Planned ${counted(deployments.length, 'deployment')}.`,
    } as const;
    const change = changeHeader(
      header,
      { ...told, plan_hash, execution_arn, ...(warnings.length === 0 ? {} : { warnings: withMore(header, warnings) }) },
      { at, actor: 'plan', detail: { plan_hash } },
    );
    const message: InboxMessage = { type: 'planned', batch_id };
    await deps.table.transact([...change.writes, { put: itemOf(keys.inbox(deps.ids.next()), { message }) }]);
  });
  return { count: plan.deployments.length };
};

const withMore = ({ warnings }: HeaderRow, more: readonly string[]): readonly string[] =>
  storedWarnings([...warnings, ...more]);

/** Fetches the manifests. If that is impossible, the batch says why and planning fails for good. */
const readResolved = async (deps: Needs, batchId: string): Promise<Extract<Resolved, { readonly batch: Batch }>> => {
  const batch = await readDocument<Batch>(deps.documents, documentPaths.batch(batchId));
  const resolved = await resolveManifests(deps, { batchId, batch });
  if ('batch' in resolved) return resolved;
  const { problems } = resolved;
  const message = `Its manifests cannot be deployed: ${problemLines(problems)}`;
  await retryConflict(deps, async () => {
    const header = await findBatch(deps, batchId);
    if (isSealed(header) || header.reason === manifestsRefused) return;
    const told = { status: header.status, reason: manifestsRefused, message };
    const change = changeHeader(header, told, { at: deps.clock.now(), actor: 'plan' });
    await deps.table.transact([...change.writes]);
  });
  throw new FlotillaError('BatchInvalid', message);
};

const mostTold = 20;

const problemLines = (problems: readonly string[]): string => {
  const told = problems.slice(0, mostTold).map((one) => cut(one, 400));
  const more = problems.length > told.length ? [`and ${problems.length - told.length} more`] : [];
  return [...told, ...more].join('; ');
};

/** `BATCH#<id>/PLAN`. */
interface ClaimRow {
  readonly plan_hash: string;
  /** The names of the plan's clusters. Absent in rows from when only targets were locked. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

/** Fixes the plan: from now on the batch has this one and no other. */
export const claimWrite = (batchId: string, plan: Plan, namesOf: NamesOfClusters): Write => {
  const used = new Set(plan.deployments.map(({ cluster }) => cluster));
  const names = Object.fromEntries([...used].map((cluster) => [cluster, namesOf(cluster)]));
  const row: ClaimRow = { plan_hash: plan.plan_hash, names };
  return { put: itemOf(keys.planClaim(batchId), row), when: { exists: false } };
};

/**
 * A call that was given up may still run beside its repetition, and the catalogue may change in between. Only the first
 * call's plan is written, because children may already read it. The other call fails and starts nothing. A cluster
 * first reached in between changes nothing: both calls lock what the first would have locked.
 */
const claimPlan = async (deps: Needs, batchId: string, batch: Batch): Promise<Plan> => {
  const catalogue = await deps.catalogue();
  const known = await readNamesOfClusters({ ...deps, catalogue: async () => catalogue });
  return retryConflict(deps, async () => {
    const claimed = rowOf<ClaimRow>(await deps.table.get(keys.planClaim(batchId)));
    const plan = planOf(batch, catalogue, {
      namesOf: (cluster) => claimed?.names?.[cluster] ?? known.namesOf(cluster),
      // The names were validated when the plan was claimed.
      sureNamesOf: claimed === undefined ? known.sureNamesOf : namesOfClusters(catalogue, []),
    });
    if (claimed === undefined) {
      await deps.table.transact([claimWrite(batchId, plan, known.namesOf)]);
    } else if (claimed.plan_hash !== plan.plan_hash) {
      throw new FlotillaError('StatusConflict', `batch ${batchId} is being planned with another catalogue`);
    }
    return plan;
  });
};
