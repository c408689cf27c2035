import type { Status } from '../deployment/status.ts';
import { isTerminal } from '../deployment/status.ts';
import type { InboxMessage } from '../record/inbox-message.ts';
import { type InFlight, isInFlight, isPending, type Pending, pageSize, settledBy } from './cells.ts';
import { type DecideOptions, type Decisions, Draft, type NewBatch, type Recorded } from './decisions.ts';
import { grantTurns } from './grants.ts';
import type { Lock } from './locks.ts';
import type { Place } from './place.ts';
import { refuseTheRest, tellDependents, tellLater } from './refusals.ts';
import { adopt, type BatchState, type Closing, countLimits, newBatch, type ScheduleState } from './state.ts';
import { freeLocks, keepUnknown } from './take-locks.ts';

/**
 * Decides turns: `state` and messages in, grants and refusals out. Deterministic, and its work is bounded by `rows`
 * and `visits`: it does not grow with the batch, with the number of blocked deployments, or with a hub's dependents.
 * Changes `state` in place (see ScheduleState).
 */
export const decide = (
  state: ScheduleState,
  messages: readonly InboxMessage[],
  { planned, rows, grant }: DecideOptions,
): Decisions => {
  const draft = new Draft(state, rows);
  let consumed = 0;
  for (const message of messages) {
    const news = 'batch_id' in message ? planned.get(message.batch_id) : undefined;
    if (!draft.hasRoomFor(rowsOfMessage(state, message, news))) break;
    draft.spend(1);
    read(draft, message, news);
    consumed += 1;
  }
  const told = tellDependents(draft);
  const forgotten = forgetFinished(draft);
  const settled = told && forgotten && grant && refuseTheRest(draft) && grantTurns(draft);
  return draft.decisions(consumed, grant ? !settled : !(told && forgotten));
};

/** At most: the message itself, page and head, the locks of the deployment, and every row of a batch that comes. */
const rowsOfMessage = (state: ScheduleState, message: InboxMessage, news: NewBatch | undefined): number => {
  if (message.type === 'planned') return 2 + Math.ceil((news?.sheet.keys.length ?? 0) / pageSize);
  return 3 + ('index' in message ? state.locks.of(message).length : 0);
};

/** Messages may come twice, late and in any order: each is read for what it still changes. */
const read = (draft: Draft, message: InboxMessage, news: NewBatch | undefined): void => {
  if (!('batch_id' in message)) return;
  const batch = draft.state.batches.get(message.batch_id);
  if (message.type === 'resolved') resolve(draft, batch, message);
  if (message.type === 'planned' && batch === undefined && news !== undefined) admit(draft, news);
  // Of a batch that has gone there can be a turn that nobody waits for, see `settle`.
  if (message.type === 'recorded' && batch === undefined) draft.forestall(message);
  if (batch === undefined) return;
  if (message.type === 'recorded') settle(draft, batch, message);
  if (message.type === 'cancelled') close(draft, batch, 'cancelled', '');
  if (message.type === 'stop') close(draft, batch, 'stopped', message.because);
  if (message.type === 'finished') finish(draft, batch);
};

const admit = (draft: Draft, { sheet, cancelled, recorded }: NewBatch): void => {
  const order = Math.max(0, ...[...draft.state.batches.values()].map(({ head }) => head.order)) + 1;
  const batch = newBatch(sheet, order);
  adopt(draft.state, batch);
  draft.touchAll(batch);
  for (const one of recorded) settle(draft, batch, one);
  if (cancelled) close(draft, batch, 'cancelled', '');
};

const settle = (draft: Draft, batch: BatchState, { index, status, passes }: Recorded): void => {
  const cell = batch.cells.at(index);
  if (!isTerminal(status)) return;
  if (!isPending(cell) && !isInFlight(cell)) {
    // It died, its outcome was recorded, and meanwhile it was refused: there is nobody left to take that turn back.
    if (cell === 'K' || cell === 'C') draft.forestall({ batch_id: batch.sheet.batch_id, index });
    return;
  }
  draft.setCell(batch, index, status === 'SKIPPED' && passes ? 'L' : settledBy(status));
  release(draft, batch, { index, cell, status });
  if (batch.head.closing?.why === 'finished') return;
  tellLater(batch, index);
  if (status !== 'SUCCESS' && status !== 'SKIPPED' && batch.sheet.on_failure !== 'continue') {
    close(draft, batch, 'stopped', `${batch.sheet.keys[index]} is ${status}`);
  }
};

interface Ended {
  readonly index: number;
  /** What it was before. */
  readonly cell: Pending | InFlight;
  readonly status: Status;
}

/** UNKNOWN frees its slots and keeps its locks: nobody can tell what its run still does. */
const release = (draft: Draft, batch: BatchState, { index, cell, status }: Ended): void => {
  const place = { batch_id: batch.sheet.batch_id, index };
  if (isInFlight(cell)) {
    countLimits(draft.state, batch, index, -1);
    batch.head.inFlight -= 1;
  }
  if (isInFlight(cell) && status === 'UNKNOWN') keepUnknown(draft, place);
  else freeLocks(draft, place);
};

/** Only what is UNKNOWN is resolved. So the message tells that too, when it overtakes the one that should have. */
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
  draft.touchHead(batch.sheet.batch_id);
};

/** Nothing of it starts any more. */
const finish = (draft: Draft, batch: BatchState): void => {
  batch.head.closing = { why: 'finished', because: '', at: batch.cells.length };
  batch.head.telling.length = 0;
  draft.touchHead(batch.sheet.batch_id);
};

/**
 * A batch that has ended is forgotten with its last grant: that one's outcome is recorded, but its message, which tells
 * whether its locks may go, can be later than the end of the batch. True when all are forgotten that may be.
 */
const forgetFinished = (draft: Draft): boolean => {
  const { batches, locks } = draft.state;
  for (const batch of [...batches.values()]) {
    const { closing, inFlight } = batch.head;
    if (closing?.why !== 'finished' || inFlight > 0) continue;
    for (const place of locks.reservedBy(batch.sheet.batch_id)) {
      if (!draft.hasRoomFor(locks.of(place).length)) return false;
      freeLocks(draft, place);
    }
    if (!draft.hasRoomFor(batch.cells.pages + 1)) return false;
    draft.drop(batch);
  }
  return true;
};
