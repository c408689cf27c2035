import type { Status } from '../deployment/status.ts';
import { hasPassed, isInFlight, isPending, settledBy, statusOfCell } from './cells.ts';
import { type Draft, visits } from './decisions.ts';
import { offer } from './lines.ts';
import { type BatchState, busyBatches, type Closing } from './state.ts';
import { freeLocks } from './take-locks.ts';

/** Rows that a refusal writes: turn, page, head. The locks reserved for it come on top. */
const rowsOfRefusal = 3;

export const tellLater = ({ state }: Draft, batch: BatchState, index: number): void => {
  if (batch.sheet.dependents[index]!.length === 0) return;
  batch.head.telling.push({ index, at: 0 });
  state.busy.add(batch.sheet.batch_id);
};

/**
 * Notifies the dependents of settled deployments. True once all are notified. Depth first, and from the last dependent
 * to the first: those with long chains come first in a plan, and the last turn leaves nothing on the stack. So the
 * stack stays short (in the head's row).
 */
export const tellDependents = (draft: Draft): boolean => {
  let left = visits;
  for (const batch of busyBatches(draft.state)) {
    const { telling } = batch.head;
    for (let top = telling.at(-1); top !== undefined; top = telling.at(-1)) {
      if (left === 0 || !draft.hasRoomFor(rowsOfRefusal)) return false;
      left -= 1;
      draft.touchHead(batch.sheet.batch_id);
      const dependents = batch.sheet.dependents[top.index]!;
      top.at += 1;
      const dependent = dependents[dependents.length - top.at]!;
      if (top.at === dependents.length) telling.pop();
      tell(draft, batch, top.index, dependent);
    }
  }
  return true;
};

const tell = (draft: Draft, batch: BatchState, index: number, dependent: number): void => {
  const cell = batch.cells.at(dependent);
  if (typeof cell !== 'number') return;
  const settled = batch.cells.at(index);
  if (!hasPassed(settled) && !batch.forced.has(dependent)) {
    refuse(draft, batch, dependent, { status: 'SKIPPED', ...becauseOf(batch, index, statusOfCell(settled)) });
    tellLater(draft, batch, dependent);
    return;
  }
  draft.setCell(batch, dependent, cell - 1);
  if (cell === 1) offer(batch, dependent);
};

const reasonOf: Readonly<Partial<Record<Status, string>>> = {
  FAILED: 'DependencyFailed',
  UNKNOWN: 'DependencyUnknown',
  SKIPPED: 'DependencySkipped',
  CANCELLED: 'DependencyCancelled',
};

const becauseOf = ({ sheet }: BatchState, index: number, status: Status): Pick<Verdict, 'reason' | 'message'> => {
  const key = sheet.keys[index]!;
  if (sheet.lane === 'rollback') {
    const message = `Not rolled back: ${key}, which depends on it, was not rolled back (${status}).`;
    return { reason: 'DependentNotRolledBack', message };
  }
  // Of all statuses, only UNKNOWN may have changed by the time this is read.
  const message = `Not started: ${key}, which it depends on, ${status === 'UNKNOWN' ? 'was' : 'is'} ${status}.`;
  return { reason: reasonOf[status] ?? 'DependencyFailed', message };
};

interface Verdict {
  readonly status: 'SKIPPED' | 'CANCELLED';
  readonly reason: string;
  readonly message: string;
}

export const refuse = (draft: Draft, batch: BatchState, index: number, verdict: Verdict): void => {
  draft.setCell(batch, index, settledBy(verdict.status));
  draft.spend(1);
  const { batch_id, keys, targets } = batch.sheet;
  freeLocks(draft, { batch_id, index });
  draft.refusals.push({ batch_id, index, key: keys[index]!, target: targets[index]!, ...verdict });
};

/** A closing batch refuses everything that still waits, and withdraws grants if it was cancelled. True once done. */
export const refuseTheRest = (draft: Draft): boolean => {
  let left = visits;
  for (const batch of busyBatches(draft.state)) {
    const { closing } = batch.head;
    if (closing === undefined) continue;
    for (; closing.at < batch.cells.length; closing.at++) {
      const reserved = draft.state.locks.of({ batch_id: batch.sheet.batch_id, index: closing.at });
      if (left === 0 || !draft.hasRoomFor(rowsOfRefusal + reserved.length)) return false;
      left -= 1;
      draft.touchHead(batch.sheet.batch_id);
      refuseOrRevoke(draft, batch, closing.at, closing);
    }
  }
  return true;
};

/** Dependents need no notice: they are refused for the same reason, which must not depend on who came first. */
const refuseOrRevoke = (draft: Draft, batch: BatchState, index: number, closing: Closing): void => {
  const cell = batch.cells.at(index);
  if (isInFlight(cell) && closing.why === 'cancelled') {
    draft.spend(1);
    draft.revoked.push({ batch_id: batch.sheet.batch_id, index });
  }
  if (isPending(cell)) refuse(draft, batch, index, verdictOf(closing));
};

/** For a deployment that waits in a batch in which nothing starts any more. */
export const verdictOf = ({ why, because }: Closing): Verdict =>
  why === 'cancelled'
    ? { status: 'CANCELLED', reason: 'BatchCancelled', message: 'Not started: the batch was cancelled.' }
    : {
        status: 'SKIPPED',
        reason: 'BatchStopped',
        message: `Not started: the batch was stopped because ${because}.`,
      };
