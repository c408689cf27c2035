import { createHash } from 'node:crypto';
import { FlotillaError } from '../../domain/errors.ts';
import { drawGraph, type PlanGraph } from '../../domain/plan/plan-graph.ts';
import { isSealed } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { sightOf } from '../grants/sight.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';
import { readPlanHead } from './plan-store.ts';

/** A planned batch's graph as the API shows it. It never changes. */
export interface GraphView extends PlanGraph {
  readonly batch_id: string;
  /** The whole plan's hash. Absent if the caller may see only a part. */
  readonly plan_hash?: string;
  readonly total: number;
}

export interface ReadGraph {
  readonly graph: GraphView;
  /** An ETag value: the plan's hash, or for a part, a hash of that part. */
  readonly tag: string;
}

/** What waits for what in a batch, as far as the caller may see it. Throws StatusConflict before there is a plan. */
export const readGraph = async (
  deps: Pick<Deps, 'table' | 'documents'> & AskedBy,
  { batchId }: { readonly batchId: string },
): Promise<ReadGraph> => {
  const header = await findSeenBatch(deps, batchId);
  const { plan_hash } = header;
  if (plan_hash === undefined) {
    const why = isSealed(header) ? 'ended before it was planned' : 'is not planned yet; ask again in a moment';
    throw new FlotillaError('StatusConflict', `Batch ${batchId} has no graph: it ${why}.`, { batch_id: batchId });
  }
  const [sheet, sight] = await Promise.all([readKeptSheet(deps, batchId), sightOf(deps, header)]);
  const drawn = drawGraph(sheet, sight.sees);
  const told = { batch_id: batchId, total: sight.total };
  if (!sight.isWhole) {
    const graph = { ...told, ...drawn };
    return { graph, tag: createHash('sha256').update(JSON.stringify(graph)).digest('hex') };
  }
  // When several chains are equally long, the plan chose by the order of the file.
  const { critical_path = drawn.critical_path } = (await readPlanHead(deps, batchId)) ?? {};
  return { graph: { ...told, plan_hash, ...drawn, critical_path }, tag: plan_hash };
};
