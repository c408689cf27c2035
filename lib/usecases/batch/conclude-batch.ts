import { errorWords } from '../../domain/deployment/error-words.ts';
import { partsOf } from '../../domain/parts-of.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, rowOf, type TokenRow } from '../../domain/record/rows.ts';
import { type Ended, recordOutcome } from '../deployment/record-outcome.ts';
import type { Deps } from '../deps.ts';
import type { PlanHead } from '../plan/plan-store.ts';
import { readPlanHead } from '../plan/plan-store.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { errorOfChild } from '../settle/settle-child.ts';
import { findBatch } from './find-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids'>;

export interface Concluding {
  readonly batch_id: string;
  /** How many times the Map has run, counted from 1. */
  readonly round: number;
  /** Why the Map or the plan failed as a whole. */
  readonly error?: Ended['error'];
}

export interface Concluded {
  readonly next: 'finish' | 'deployments';
  readonly count: number;
  readonly round: number;
  /** Why there is no plan, if known. */
  readonly why?: string;
}

/**
 * Settles what is missing when all children have ended. If the Map failed as a whole before some children began, it
 * runs again. Finished children then end at once.
 */
export const concludeBatch = async (
  deps: Needs,
  { batch_id, round, error }: Concluding,
  afterEach: (index: number) => Promise<void> = async () => {},
): Promise<Concluded> => {
  const { plan_hash: planned } = await findBatch(deps, batch_id);
  // Documents alone are no plan: the dispatcher never learned of it, so nothing would get a turn.
  const plan = planned === undefined ? undefined : await readPlanHead(deps, batch_id);
  const count = plan?.total ?? 0;
  const missing = plan === undefined ? [] : await withoutOutcome(deps, batch_id, plan);
  if (error !== undefined && round === 1 && missing.length > 0 && (await anyNeverBegan(deps, batch_id, missing))) {
    return { next: 'deployments', count, round: round + 1 };
  }
  for (const some of partsOf(missing, recordedAtOnce)) {
    await Promise.all(
      some.map(async (index) => {
        await recordOutcome(deps, { batch_id, index, error: error ?? (await errorOfChild(deps, { batch_id, index })) });
        await afterEach(index);
      }),
    );
  }
  const isUnplanned = plan === undefined && error !== undefined;
  return { next: 'finish', count, round, ...(isUnplanned ? { why: errorWords(error) } : {}) };
};

/** Thousands of stopped deployments must be settled within a function's five minutes. */
const recordedAtOnce = 20;

const withoutOutcome = async (deps: Needs, batchId: string, { total }: PlanHead): Promise<number[]> => {
  const ended = new Set<number>();
  for await (const item of everyItem(deps.table, { pk: keys.header(batchId).pk, prefix: 'ITEM#' })) {
    const row = rowOf<ItemRow>(item)!;
    if (row.outcome !== undefined) ended.add(row.index);
  }
  return Array.from({ length: total }, (_, index) => index).filter((index) => !ended.has(index));
};

const anyNeverBegan = async (deps: Needs, batchId: string, missing: readonly number[]): Promise<boolean> => {
  for (const index of missing) {
    if (rowOf<TokenRow>(await deps.table.get(keys.token(batchId, index, 'turn'))) === undefined) return true;
  }
  return false;
};
