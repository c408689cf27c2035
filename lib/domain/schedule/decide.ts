import type { Status } from '../deployment/status.ts';
import { isTerminal } from '../deployment/status.ts';
import type { InboxMessage } from '../record/inbox-message.ts';
import { adopt } from './adopt.ts';
import { type InFlight, isInFlight, isPending, type Pending, pageSize, settledBy } from './cells.ts';
import { noteAnswer, noteOutage, tryNoMore } from './circuits.ts';
import { type DecideOptions, type Decisions, Draft, type NewBatch, type Recorded } from './decisions.ts';
import { grantTurns } from './grants.ts';
import { beginHold, endHolds, endHoldsOfBatch, liftHold, rowsOfHold } from './hold-changes.ts';
import { offer, queueAgain } from './lines.ts';
import type { Lock } from './locks.ts';
import { markTurns } from './mark-turns.ts';
import type { Place } from './place.ts';
import { refuse, refuseTheRest, tellDependents, tellLater, verdictOf } from './refusals.ts';
import {
  type BatchState,
  batchHasRoom,
  busyBatches,
  type Closing,
  countLimits,
  newBatch,
  type ScheduleState,
} from './state.ts';
import { freeLocks, keepUnknown } from './take-locks.ts';

/**
 * Decides turns: takes `state` and messages, returns grants and refusals. Deterministic. Its work is bounded by `rows`
 * and `visits`, and does not grow with the batch, the number of blocked deployments, or a hub's dependents. Changes
 * `state` in place (see ScheduleState).
 */
export const decide = (
  state: ScheduleState,
  messages: readonly InboxMessage[],
  { planned, grant, ...room }: DecideOptions,
): Decisions => {
  const draft = new Draft(state, room);
  let consumed = 0;
  for (const message of messages) {
    const news = 'batch_id' in message ? planned.get(message.batch_id) : undefined;
    if (!draft.hasRoomFor(rowsOfMessage(state, message, news))) break;
    draft.spend(1);
    readMessage(draft, message, news);
    consumed += 1;
  }
  const [ended, told, forgotten] = [endHolds(draft), tellDependents(draft), forgetFinished(draft)];
  const read = ended && told && forgotten;
  const settled = read && grant && refuseTheRest(draft) && markTurns(draft) && grantTurns(draft);
  forgetQuiet(state);
  return draft.decisions(consumed, grant ? !settled : !read);
};

/**
 * An upper bound: the message itself; a hold, its event and earlier outages; page and head; the deployment's locks,
 * tried circuits and refusal; or every row of a new batch.
 */
const rowsOfMessage = (state: ScheduleState, message: InboxMessage, news: NewBatch | undefined): number => {
  if (message.type === 'planned') return 2 + Math.ceil((news?.sheet.keys.length ?? 0) / pageSize);
  if (!('batch_id' in message)) return 2 + rowsOfHold;
  if (!('index' in message)) return 3;
  const tried = Math.min(state.held.trying.size, 2);
  return 3 + tried + (message.type === 'returned' ? 1 : 0) + state.locks.of(message).length;
};

/** Messages may come twice, late and in any order. Each is checked for what it still changes. */
const readMessage = (draft: Draft, message: InboxMessage, news: NewBatch | undefined): void => {
  if (!('batch_id' in message)) {
    readOfHolds(draft, message);
    return;
  }
  const batch = draft.state.batches.get(message.batch_id);
  if (message.type === 'resolved') resolve(draft, batch, message);
  if (message.type === 'planned' && batch === undefined && news !== undefined) admit(draft, news);
  // After a batch is gone, a turn may remain that nobody waits for; see `settle`.
  if (message.type === 'recorded' && batch === undefined) draft.forestall(message);
  if (batch === undefined) return;
  if (message.type === 'recorded') settle(draft, batch, message);
  if (message.type === 'cancelled') close(draft, batch, 'cancelled', '');
  if (message.type === 'stop') close(draft, batch, 'stopped', message.because);
  if (message.type === 'finished') finish(draft, batch);
  if (message.type === 'returned') takeBack(draft, batch, message);
};

const readOfHolds = (draft: Draft, message: Exclude<InboxMessage, { readonly batch_id: string }>): void => {
  if (message.type === 'hold') beginHold(draft, message.hold);
  if (message.type === 'resume') liftHold(draft, message.id, message.by, message.reason);
  if (message.type === 'outage') noteOutage(draft, message);
  if (message.type === 'answered') noteAnswer(draft, message);
};

const admit = (draft: Draft, { sheet, cancelled, stopped, recorded }: NewBatch): void => {
  const order = Math.max(0, ...[...draft.state.batches.values()].map(({ head }) => head.order)) + 1;
  const batch = newBatch(sheet, order);
  adopt(draft.state, batch);
  draft.touchAll(batch);
  for (const one of recorded) settle(draft, batch, one);
  if (cancelled) close(draft, batch, 'cancelled', '');
  else if (stopped !== undefined) close(draft, batch, 'stopped', stopped);
};

const settle = (draft: Draft, batch: BatchState, { index, status, passes }: Recorded): void => {
  const cell = batch.cells.at(index);
  if (!isTerminal(status)) return;
  if (!isPending(cell) && !isInFlight(cell)) {
    // It died, its outcome was recorded, and meanwhile it was refused: nobody is left to take back that turn.
    if (cell === 'K' || cell === 'C') draft.forestall({ batch_id: batch.sheet.batch_id, index });
    return;
  }
  draft.setCell(batch, index, status === 'SKIPPED' && passes ? 'L' : settledBy(status));
  release(draft, batch, { index, cell, status });
  if (batch.head.closing?.why === 'finished') return;
  tellLater(draft, batch, index);
  if (status !== 'SUCCESS' && status !== 'SKIPPED' && batch.sheet.on_failure !== 'continue') {
    close(draft, batch, 'stopped', `${batch.sheet.keys[index]} is ${status}`);
  }
};

interface Ended {
  readonly index: number;
  /** Its cell before. */
  readonly cell: Pending | InFlight;
  readonly status: Status;
}

/** UNKNOWN frees its slots and keeps its locks, because its run may still be doing something. */
const release = (draft: Draft, batch: BatchState, { index, cell, status }: Ended): void => {
  const place = { batch_id: batch.sheet.batch_id, index };
  if (isInFlight(cell)) leaveTurn(draft, batch, place);
  if (isInFlight(cell) && status === 'UNKNOWN') keepUnknown(draft, place);
  else freeLocks(draft, place);
};

const leaveTurn = (draft: Draft, batch: BatchState, place: Place): void => {
  const wasFull = !batchHasRoom(batch);
  countLimits(draft.state, batch, place.index, -1);
  batch.head.inFlight -= 1;
  if (wasFull) queueAgain(batch);
  tryNoMore(draft, place);
};

/**
 * It had its turn and started nothing, so it waits again. The fence identifies the returned turn: a late or repeated
 * message is about an earlier one.
 */
const takeBack = (draft: Draft, batch: BatchState, { index, fence }: Place & { readonly fence: number }): void => {
  const place = { batch_id: batch.sheet.batch_id, index };
  const { locks } = draft.state;
  const isThisTurn = locks.of(place).some((name) => locks.get(name)?.fence === fence);
  if (!isInFlight(batch.cells.at(index)) || !isThisTurn) return;
  draft.setCell(batch, index, 'B');
  leaveTurn(draft, batch, place);
  freeLocks(draft, place);
  const { closing } = batch.head;
  if (closing === undefined) offer(batch, index);
  // The refusals have already passed it. In an ended batch, its outcome is recorded.
  else if (closing.at > index && closing.why !== 'finished') refuse(draft, batch, index, verdictOf(closing));
};

/**
 * Only UNKNOWN can be resolved. So this message also implies UNKNOWN if it overtakes the message that should have said
 * so.
 */
const resolve = (draft: Draft, batch: BatchState | undefined, { batch_id, index }: Place): void => {
  const place = { batch_id, index };
  const lockIsIn = (state: Lock['state']): boolean =>
    draft.state.locks.of(place).some((name) => draft.state.locks.get(name)?.state === state);
  if (lockIsIn('held') && batch !== undefined) settle(draft, batch, { index, status: 'UNKNOWN' });
  if (!lockIsIn('reserved')) freeLocks(draft, place);
};

const close = (draft: Draft, batch: BatchState, why: 'cancelled' | 'stopped', because: string): void => {
  const closing: Closing | undefined = batch.head.closing;
  if (closing !== undefined && (closing.why !== 'stopped' || why === 'stopped')) return;
  batch.head.closing = { why, because, at: 0 };
  draft.state.busy.add(batch.sheet.batch_id);
  draft.touchHead(batch.sheet.batch_id);
};

/** Nothing of the batch starts any more. */
const finish = (draft: Draft, batch: BatchState): void => {
  batch.head.closing = { why: 'finished', because: '', at: batch.cells.length };
  batch.head.telling.length = 0;
  draft.state.busy.add(batch.sheet.batch_id);
  draft.touchHead(batch.sheet.batch_id);
};

/**
 * An ended batch is forgotten with its last grant. That grant's outcome is recorded, but its message, which decides
 * about its locks, may come after the end of the batch. True once all batches are forgotten that may be.
 */
const forgetFinished = (draft: Draft): boolean => {
  const { locks } = draft.state;
  for (const batch of busyBatches(draft.state)) {
    const { closing, inFlight } = batch.head;
    if (closing?.why !== 'finished' || inFlight > 0) continue;
    for (const place of locks.reservedBy(batch.sheet.batch_id)) {
      if (!draft.hasRoomFor(locks.of(place).length)) return false;
      freeLocks(draft, place);
    }
    if (!endHoldsOfBatch(draft, batch.sheet.batch_id)) return false;
    if (!draft.hasRoomFor(batch.cells.pages + 1)) return false;
    draft.drop(batch);
  }
  return true;
};

/** Forgets batches with nothing left to tell or refuse. An ended batch may still wait for its last outcome. */
const forgetQuiet = (state: ScheduleState): void => {
  for (const { sheet, cells, head } of busyBatches(state)) {
    const { telling, closing } = head;
    const isRefused = closing === undefined || (closing.why !== 'finished' && closing.at >= cells.length);
    if (telling.length === 0 && isRefused) state.busy.delete(sheet.batch_id);
  }
};
