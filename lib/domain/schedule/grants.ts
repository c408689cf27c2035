import { mostLocks } from '../plan/lock-names.ts';
import { tryCircuits } from './circuits.ts';
import { type Draft, visits } from './decisions.ts';
import { holdOnClass, holdOnService, isBeingTried } from './held.ts';
import { holdName } from './hold-changes.ts';
import { type First, firstOf } from './lines.ts';
import { describeHolder } from './locks.ts';
import { refuse, tellLater } from './refusals.ts';
import { describeLocks, functionsFor, locksOf } from './sheet.ts';
import {
  type BatchState,
  batchHasRoom,
  busyBatches,
  countLimits,
  hasRoom,
  inServingOrder,
  type ScheduleState,
} from './state.ts';
import { tryLocks } from './take-locks.ts';

/** An upper bound of the rows of a grant: turn, deployment, event, page, head, locks, circuits that it tries. */
const rowsOfGrant = ({ held }: ScheduleState): number => 5 + mostLocks + Math.min(held.trying.size, 2);

/**
 * Grants turns while limits have room: batches in serving order, and the smallest rank first within a batch. True once
 * no more can be granted.
 */
export const grantTurns = (draft: Draft): boolean => {
  for (let left = visits; ; left -= 1) {
    const next = nextInTurn(draft.state);
    if (next === undefined) break;
    if (left === 0 || !draft.hasRoomFor(rowsOfGrant(draft.state))) return false;
    const { batch, at, rank } = next;
    batch.ready[at]!.pop();
    grantOrPutAside(draft, batch, batch.byRank[rank]!);
  }
  return busyBatches(draft.state).every(({ head }) => head.telling.length === 0);
};

/** Looks at the first candidate of each line that has room and no hold. */
const nextInTurn = (state: ScheduleState): First | undefined => {
  let best: First | undefined;
  for (const line of state.lines.values()) {
    if (line.waiting.size() === 0 || line.held !== undefined) continue;
    if (!hasRoom(state, line.names) || isBeingTried(state, line.names)) continue;
    const first = firstOf(state, line, (batch, at) => mayHaveTurns(state, batch, at));
    if (first !== undefined && (best === undefined || isBefore(first, best))) best = first;
  }
  return best;
};

const mayHaveTurns = (state: ScheduleState, batch: BatchState, at: number): boolean =>
  batch.head.closing === undefined && batchHasRoom(batch) && holdOnClass(state, batch, at) === undefined;

const isBefore = (a: First, b: First): boolean => (inServingOrder(a.batch, b.batch) || a.rank - b.rank) < 0;

const grantOrPutAside = (draft: Draft, batch: BatchState, index: number): void => {
  const hold = holdOnService(draft.state, batch, index);
  if (hold !== undefined) {
    draft.state.locks.wait({ batch_id: batch.sheet.batch_id, index }, [holdName(hold.id)]);
    return;
  }
  const taking = tryLocks(draft, batch, index);
  if (taking.kind === 'free') grant(draft, batch, index);
  if (taking.kind !== 'unknown') return;
  const what = describeLocks(batch.sheet, index, taking.names);
  const message = `Not started: ${describeHolder(taking.lock)} left ${what} UNKNOWN; resolve it first.`;
  refuse(draft, batch, index, { status: 'SKIPPED', reason: 'TargetUnknown', message });
  tellLater(draft, batch, index);
};

const grant = (draft: Draft, batch: BatchState, index: number): void => {
  const { state } = draft;
  const { batch_id, keys, targets } = batch.sheet;
  const [key, target, locks] = [keys[index]!, targets[index]!, locksOf(batch.sheet, index)];
  const fence = state.nextFence++;
  for (const name of locks) draft.setLock(name, { batch_id, index, key, fence, state: 'held' });
  const place = functionsFor(batch.sheet, index);
  const again = batch.cells.at(index) === 'B';
  const tries = tryCircuits(draft, batch.sheet.classes[batch.sheet.class_of[index]!]!, { batch_id, index });
  draft.setCell(batch, index, 'G');
  draft.spend(3);
  countLimits(state, batch, index, 1);
  batch.head.inFlight += 1;
  draft.grants.push({
    ...{ batch_id, index, key, target, locks, fence },
    ...(again ? { again } : {}),
    ...(tries.length === 0 ? {} : { tries }),
    ...(place === undefined ? {} : { place }),
  });
};
