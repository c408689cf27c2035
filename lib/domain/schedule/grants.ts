import { type Draft, visits } from './decisions.ts';
import { refuse, tellLater } from './refusals.ts';
import { type BatchState, batchHasRoom, countLimits, hasRoom, type ScheduleState } from './state.ts';

/** Rows that a grant writes: turn, deployment, event, lock, page, head. */
const rowsOfGrant = 6;

/** Gives turns while limits have room: batches in their order, in a batch the smallest rank first. True when no more can be given. */
export const grantTurns = (draft: Draft): boolean => {
  const batches = [...draft.state.batches.values()].sort((a, b) => a.head.order - b.head.order);
  let left = visits;
  for (const batch of batches) {
    while (batch.head.closing === undefined && batchHasRoom(batch)) {
      if (left === 0 || !draft.hasRoomFor(rowsOfGrant)) return false;
      left -= 1;
      const index = takeNext(draft.state, batch);
      if (index === undefined) break;
      grantOrHold(draft, batch, index);
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
      if (batch.cells.at(batch.byRank[rank]!) === 0) {
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
  const { state } = draft;
  const { batch_id, keys, targets } = batch.sheet;
  const target = targets[index]!;
  const lock = state.locks.get(target);
  if (lock?.state === 'unknown') {
    const message = `Not started: what batch ${lock.batch_id} did to ${target} is UNKNOWN; resolve it first.`;
    refuse(draft, batch, index, { status: 'SKIPPED', reason: 'TargetUnknown', message });
    tellLater(batch, index);
    return;
  }
  if (lock !== undefined) {
    const waiters = state.lockWaiters.get(target) ?? [];
    waiters.push({ batch_id, index });
    state.lockWaiters.set(target, waiters);
    return;
  }
  const fence = state.nextFence++;
  draft.setLock(target, { batch_id, index, fence, state: 'held' });
  draft.setCell(batch, index, 'G');
  draft.spend(3);
  countLimits(state, batch, index, 1);
  batch.head.inFlight += 1;
  draft.grants.push({ batch_id, index, key: keys[index]!, target, fence });
};
