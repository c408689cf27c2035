import type { Write } from '../../domain/ports.ts';
import { type ChainedEvent, chainEvent } from '../../domain/record/chain.ts';
import { keys } from '../../domain/record/keys.ts';
import { type EventRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import { stageFeed } from '../../domain/schedule/hold-changes.ts';
import type { Deps } from '../deps.ts';
import type { FeedHead } from './anchor-end.ts';

/**
 * What the feed of the stage gets of events that have just got their numbers: the changes of batches, each with its place in the feed of
 * its batch. Those of deployments stay there: one head is enough for the few changes that a batch has, and not for ten thousand.
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
