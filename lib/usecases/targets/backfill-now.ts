import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { partsOf } from '../../domain/parts-of.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../domain/record/rows.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';
import { readTarget } from './read-now.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random'> & AskedBy;

export interface Backfilled {
  /** Batches that were gone through to their end. */
  readonly batches: number;
  /** Of those: whose plan is kept no longer. */
  readonly batches_without_plan: number;
  /** Targets of their deployments, each as often as a batch has it. */
  readonly targets: number;
  /** Of those: written now; written before; and where nothing is recorded. */
  readonly written: number;
  readonly there: number;
  readonly unrecorded: number;
  /** Send it as `after` to go on; absent at the end. */
  readonly next_after?: string;
}

/** An API call ends after 29 s; of a target there are two reads and a write. */
const targetsPerCall = 1_000;
const batchesPerCall = 200;
const targetsAtOnce = 50;

/**
 * Writes NOW of targets that have no such row, from what was recorded before there were any: target by target through the batches,
 * the newest first, so many at a time. A row that is there is never changed, so it may be repeated, and run beside deployments.
 */
export const backfillNow = async (
  deps: Needs,
  { after }: { readonly after?: string | undefined },
): Promise<Backfilled> => {
  if (!deps.rights.everywhere('deploy')) {
    throw new FlotillaError('Forbidden', 'No grant lets you deploy everywhere, and this writes what runs everywhere.');
  }
  const walk = new Walk();
  for (let at = placeOf(after); ; ) {
    const batchId = at.index > 0 ? at.batch : await batchAfter(deps, at.batch);
    if (batchId === undefined) return walk.counts;
    const targets = await targetsOfBatch(deps, batchId);
    const some = targets?.slice(at.index, at.index + walk.room) ?? [];
    for (const few of partsOf(some, targetsAtOnce)) walk.count(await Promise.all(few.map((one) => fill(deps, one))));
    const index = at.index + some.length;
    const isDone = index >= (targets?.length ?? 0);
    if (isDone) walk.ended(targets);
    at = isDone ? { batch: batchId, index: 0 } : { batch: batchId, index };
    if (walk.isOver) return { ...walk.counts, next_after: cursorOf(at) };
  }
};

interface WalkPlace {
  /** The batch that is gone through, or with index 0 was; absent before the first. */
  readonly batch: string | undefined;
  readonly index: number;
}

const placeOf = (after: string | undefined): WalkPlace => {
  const [batch, index = '0'] = after?.split('.') ?? [];
  return { batch, index: Number(index) };
};

const cursorOf = ({ batch, index }: WalkPlace): string => (index === 0 ? batch! : `${batch}.${index}`);

type Filled = 'written' | 'there' | 'unrecorded';

class Walk {
  #counts = { batches: 0, batches_without_plan: 0, targets: 0, written: 0, there: 0, unrecorded: 0 };

  get counts(): Backfilled {
    return this.#counts;
  }

  get room(): number {
    return targetsPerCall - this.#counts.targets;
  }

  get isOver(): boolean {
    return this.room <= 0 || this.#counts.batches >= batchesPerCall;
  }

  count(filled: readonly Filled[]): void {
    for (const one of filled) this.#counts[one] += 1;
    this.#counts.targets += filled.length;
  }

  ended(targets: readonly string[] | undefined): void {
    this.#counts.batches += 1;
    if (targets === undefined) this.#counts.batches_without_plan += 1;
  }
}

const batchAfter = async ({ table }: Needs, batch: string | undefined): Promise<string | undefined> => {
  const from = batch === undefined ? {} : { after: batch };
  const { items } = await table.query({ pk: keys.listed('').pk, newestFirst: true, limit: 1, ...from });
  return items[0]?.sk;
};

/** Undefined where it was never planned, or its plan is kept no longer. */
const targetsOfBatch = async (deps: Needs, batchId: string): Promise<readonly string[] | undefined> => {
  const header: HeaderRow | undefined = await lookForBatch(deps, batchId);
  if (header?.plan_hash === undefined) return undefined;
  try {
    return (await readKeptSheet(deps, batchId)).targets;
  } catch (error) {
    if (isFlotillaError(error, 'DocumentMissing')) return undefined;
    throw error;
  }
};

/** Whoever deploys there meanwhile writes the row: then it is there when this looks again. */
const fill = (deps: Needs, target: string): Promise<Filled> =>
  retryConflict(deps, async () => {
    const { row, now } = await readTarget(deps, target);
    if (row !== undefined) return 'there';
    if (now === undefined) return 'unrecorded';
    await deps.table.transact([{ put: itemOf(keys.targetNow(target), now), when: { exists: false } }]);
    return 'written';
  });
