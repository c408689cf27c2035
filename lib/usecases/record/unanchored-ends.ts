import type { Item, Key } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import type { DoAll } from '../do-all.ts';
import type { FeedHead } from './anchor-end.ts';

/** An end that could not be anchored when it came. */
export interface UnanchoredRow {
  readonly batch_id: string;
  /** When it was first noted. */
  readonly since: number;
  /** When this row was written. Each try rewrites it. */
  readonly at: number;
}

/** Such a row as it comes from the table's stream: the publisher tries again. */
export type UnanchoredEnd = Key & UnanchoredRow;

const partition = keys.unanchored(0, '').pk;

export const unanchoredIn = (item: Item): UnanchoredEnd | undefined =>
  isUnanchored(item) && typeof item.batch_id === 'string' ? (item as Item & UnanchoredRow) : undefined;

export const isUnanchored = ({ pk }: Key): boolean => pk === partition;

export const noteUnanchored = ({ table, clock }: Pick<Deps, 'table' | 'clock'>, batchId: string): Promise<void> =>
  table.transact([putOf({ batch_id: batchId, since: clock.now(), at: clock.now() })]);

const putOf = (row: UnanchoredRow) => ({ put: itemOf(keys.unanchored(row.at, row.batch_id), row) });

/** Per sweep. The publisher has a minute for them. */
const triesPerSweep = 20;
/** After this, somebody has to look. */
const tooLong = 10 * 60_000;

/**
 * Retries the ends that could not be anchored, those tried longest ago first. Only the publisher may sign, and a
 * rewritten row calls it.
 */
export const lookAfterEnds = async (deps: Pick<Deps, 'table' | 'clock' | 'pace'>, all: DoAll): Promise<void> => {
  const { items } = await deps.table.query({ pk: partition, limit: triesPerSweep });
  for (const item of items) {
    const row = rowOf<UnanchoredRow>(item)!;
    if (deps.clock.now() - row.at >= deps.pace.sweepAge) await all.try(() => lookAfterEnd(deps, row));
  }
};

const lookAfterEnd = async ({ table, clock }: Pick<Deps, 'table' | 'clock'>, row: UnanchoredRow): Promise<void> => {
  const { batch_id, since, at } = row;
  const head = rowOf<FeedHead>(await table.get(keys.feedHead(batch_id)));
  const anchored = rowOf<{ readonly number: number }>(await table.get(keys.anchored(batch_id)));
  const gone = { delete: keys.unanchored(at, batch_id) };
  if (head?.last === anchored?.number) return table.transact([gone]);
  await table.transact([gone, putOf({ ...row, at: clock.now() })]);
  if (clock.now() - since >= tooLong) {
    throw new Error(`The end of batch ${batch_id} could not be anchored for ten minutes: publish-events says why.`);
  }
};
