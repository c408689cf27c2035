import type { Write } from '../../domain/ports.ts';
import { type ChainedEvent, chainEvent } from '../../domain/record/chain.ts';
import { keys } from '../../domain/record/keys.ts';
import { type EventRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import { stageFeed } from '../../domain/schedule/hold-changes.ts';
import type { Deps } from '../deps.ts';
import type { FeedHead } from './anchor-end.ts';

/**
 * Writes for the stage's feed about events that just got their numbers: the events of batches, each with its place in
 * its batch's feed. Events of deployments are left out: one head can take a batch's few events, but not the events of
 * ten thousand deployments.
 */
export const stageWrites = async (
  { table }: Pick<Deps, 'table'>,
  numbered: readonly ChainedEvent[],
): Promise<readonly Write[]> => {
  const told = numbered.filter(({ type }) => type === 'batch');
  if (told.length === 0) return [];
  const before = rowOf<FeedHead>(await table.get(keys.feedHead(stageFeed)));
  let head: FeedHead = { last: before?.last ?? 0, hash: before?.hash ?? '' };
  const places = told.map((event): Write => {
    const chained = chainEvent(inStage(event), { number: head.last + 1, previous: head.hash || undefined });
    head = { last: chained.number, hash: chained.hash };
    return { put: itemOf(keys.feed(stageFeed, chained.number), chained), when: { exists: false } };
  });
  const when = before === undefined ? { exists: false } : { equals: { last: before.last } };
  return [{ put: itemOf(keys.feedHead(stageFeed), head), when }, ...places];
};

const inStage = ({ number, hash, previous: _, ...event }: ChainedEvent): EventRow => ({
  ...event,
  in_batch: { number, hash },
});
