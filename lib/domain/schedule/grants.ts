import { mostLocks } from '../plan/lock-names.ts';
import { mayStart } from './cells.ts';
import { type Draft, visits } from './decisions.ts';
import { describeHolder } from './locks.ts';
import { refuse, tellLater } from './refusals.ts';
import { describeLocks, locksOf } from './sheet.ts';
import { type BatchState, batchHasRoom, countLimits, hasRoom, inServingOrder, type ScheduleState } from './state.ts';
import { tryLocks } from './take-locks.ts';

/** Rows that a grant writes at most: turn, deployment, event, page, head, locks. */
const rowsOfGrant = 5 + mostLocks;

/** Gives turns while limits have room: batches as they are served, in a batch the smallest rank first. True when no more can be given. */
export const grantTurns = (draft: Draft): boolean => {
  const batches = [...draft.state.batches.values()].sort(inServingOrder);
  let left = visits;
  // Whoever is refused lets go of locks: somebody in a batch that has been looked at already may wait for one.
  for (let offered = -1; offered !== draft.offered; ) {
    offered = draft.offered;
    for (const batch of batches) {
      while (batch.head.closing === undefined && batchHasRoom(batch)) {
        if (left === 0 || !draft.hasRoomFor(rowsOfGrant)) return false;
        left -= 1;
        const index = takeNext(draft.state, batch);
        if (index === undefined) break;
        grantOrHold(draft, batch, index);
      }
    }
  }
  return batches.every(({ head }) => head.telling.length === 0);
};

/**
 * The smallest rank among the classes whose limits have room. Ranks of settled deployments are dropped on the way.
 * Looks at every class: there are as many as combinations of environment, pillar, cluster and executor, not as deployments.
 */
const takeNext = (state: ScheduleState, batch: BatchState): number | undefined => {
  let best: number | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  batch.ready.forEach((heap, at) => {
    if (heap.size() === 0 || !hasRoom(state, batch.sheet.classes[at]!)) return;
    for (let rank = heap.peek(); rank !== undefined; rank = heap.peek()) {
      if (mayStart(batch.cells.at(batch.byRank[rank]!))) {
        if (rank < bestRank) [best, bestRank] = [at, rank];
        return;
      }
      heap.pop();
    }
  });
  if (best === undefined) return undefined;
  batch.ready[best]!.pop();
  return batch.byRank[bestRank];
};

const grantOrHold = (draft: Draft, batch: BatchState, index: number): void => {
  const taking = tryLocks(draft, batch, index);
  if (taking.kind === 'free') grant(draft, batch, index);
  if (taking.kind !== 'unknown') return;
  const what = describeLocks(batch.sheet, index, taking.names);
  const message = `Not started: what ${describeHolder(taking.lock)} did to ${what} is UNKNOWN; resolve it first.`;
  refuse(draft, batch, index, { status: 'SKIPPED', reason: 'TargetUnknown', message });
  tellLater(batch, index);
};

const grant = (draft: Draft, batch: BatchState, index: number): void => {
  const { state } = draft;
  const { batch_id, keys, targets } = batch.sheet;
  const [key, target, locks] = [keys[index]!, targets[index]!, locksOf(batch.sheet, index)];
  const fence = state.nextFence++;
  for (const name of locks) draft.setLock(name, { batch_id, index, key, fence, state: 'held' });
  draft.setCell(batch, index, 'G');
  draft.spend(3);
  countLimits(state, batch, index, 1);
  batch.head.inFlight += 1;
  draft.grants.push({ batch_id, index, key, target, locks, fence });
};
