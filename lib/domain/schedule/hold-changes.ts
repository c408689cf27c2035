import { describeScope } from '../holds/describe-scope.ts';
import type { Hold, HoldRow } from '../holds/hold.ts';
import type { EventRow } from '../record/rows.ts';
import { placesWithLocks } from './adopt.ts';
import type { Draft } from './decisions.ts';
import { queueAgain } from './lines.ts';
import { offerWaiting } from './take-locks.ts';

/** Rows that a change of a hold writes: the hold, and its event in the stage's feed. */
export const rowsOfHold = 2;

/** All changes of holds are events in one feed, which belongs to no batch. */
export const stageFeed = 'stage';

type Told = Pick<EventRow, 'actor' | 'from' | 'to' | 'reason' | 'message'>;

/** PROCESSING while in force, SUCCESS when it ends by itself, CANCELLED when lifted. */
export const beginHold = (draft: Draft, hold: Hold): void => {
  // The message was repeated, or came after the hold's end.
  if (draft.state.holds.has(hold.id) || (hold.until ?? Number.POSITIVE_INFINITY) <= draft.now) return;
  const message = `Nothing starts in ${describeScope(hold.scope)}${hold.rollbacks ? '' : ' but rollbacks'}: ${hold.reason}`;
  changeHold(draft, hold, { actor: hold.by, from: null, to: 'PROCESSING', reason: 'HoldBegan', message });
};

export const liftHold = (draft: Draft, id: string, by: string, reason: string | undefined): void => {
  const hold = draft.state.holds.get(id);
  if (hold === undefined) return;
  const because = reason === undefined ? '.' : `: ${reason}`;
  const message = `The hold on ${describeScope(hold.scope)} was lifted${because}`;
  endHold(draft, hold, { actor: by, from: 'PROCESSING', to: 'CANCELLED', reason: 'HoldLifted', message });
};

/** By id: a reloaded state may have them in a different order than one kept in memory. */
const inOrder = (holds: ReadonlyMap<string, HoldRow>): readonly HoldRow[] =>
  [...holds.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** Ends holds whose time is over. True once all are ended. */
export const endHolds = (draft: Draft): boolean => {
  const { state, now } = draft;
  if (now < state.held.nextEnd) return true;
  for (const hold of inOrder(state.holds)) {
    if (hold.circuit?.trying || hold.until === undefined || hold.until > now) continue;
    if (!draft.hasRoomFor(rowsOfHold)) return false;
    if (hold.circuit === undefined) expire(draft, hold);
    else letOneThrough(draft, hold, hold.circuit);
  }
  return true;
};

const ended = { actor: 'dispatcher', from: 'PROCESSING', to: 'SUCCESS' } as const;

const expire = (draft: Draft, hold: HoldRow): void => {
  const message = `The hold on ${describeScope(hold.scope)} is over.`;
  endHold(draft, hold, { ...ended, reason: 'HoldEnded', message });
};

/** A hold on a batch ends with it. There may be more than fit into one transaction. True once all are ended. */
export const endHoldsOfBatch = (draft: Draft, batchId: string): boolean => {
  for (const hold of inOrder(draft.state.holds)) {
    if (hold.scope.batch !== batchId) continue;
    if (!draft.hasRoomFor(rowsOfHold)) return false;
    endHold(draft, hold, { ...ended, reason: 'HoldEnded', message: `The hold ends with batch ${batchId}.` });
  }
  return true;
};

/** Its time is over, and there is still no answer. */
const letOneThrough = (draft: Draft, hold: HoldRow, circuit: NonNullable<Hold['circuit']>): void => {
  const message = `One deployment at a time goes through until ${describeScope(hold.scope)} answers.`;
  const told = { actor: 'dispatcher', from: 'PROCESSING', to: 'PROCESSING', reason: 'CircuitTried', message } as const;
  changeHold(draft, { ...hold, circuit: { ...circuit, trying: true } }, told);
};

export const changeHold = (draft: Draft, hold: Hold, told: Told): void => {
  const seq = tell(draft, hold, told);
  draft.setHold(hold.id, { ...hold, seq, changed_at: draft.now });
  compareTurns(draft);
};

export const endHold = (draft: Draft, hold: Hold, told: Told): void => {
  tell(draft, hold, told);
  draft.setHold(hold.id, undefined);
  compareTurns(draft);
  wake(draft, hold);
};

/** Its number is a fence: greater than all before it, even if a hold with that name existed before. */
const tell = (draft: Draft, { id, scope, until }: Hold, told: Told): number => {
  const { state, now } = draft;
  const seq = state.nextFence++;
  const before = state.holds.get(id);
  draft.tellEvent({
    ...{ batch_id: stageFeed, type: 'hold', hold: id, seq, at: now },
    ...told,
    ...(before === undefined ? {} : { after_ms: now - before.changed_at }),
    detail: { scope: { ...scope }, ...(until === undefined ? {} : { until }) },
  });
  return seq;
};

const compareTurns = ({ state }: Draft): void => {
  state.unmarked = placesWithLocks(state);
};

/** Wakes those set aside because of it. Those held by a flag stay in their line all the time. */
const wake = (draft: Draft, { id, scope }: Hold): void => {
  const batch = scope.batch === undefined ? undefined : draft.state.batches.get(scope.batch);
  if (batch !== undefined) queueAgain(batch);
  offerWaiting(draft, holdName(id));
};

/** Under this name a deployment waits for a hold to end, as for a lock. No lock has such a name. */
export const holdName = (id: string): string => `HOLD#${id}`;
