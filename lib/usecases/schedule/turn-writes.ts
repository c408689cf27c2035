import type { Write } from '../../domain/ports.ts';
import { changeItem, pendingItem } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, type TurnRow } from '../../domain/record/rows.ts';
import type { Decisions, Grant, Refusal } from '../../domain/schedule/decisions.ts';
import type { Place } from '../../domain/schedule/place.ts';
import type { ScheduleState } from '../../domain/schedule/state.ts';
import { scheduleWrites } from './schedule-store.ts';

/** The rows of a decision: the state, and what it means for those who wait. The first one is the state's version. */
export const turnWrites = (state: ScheduleState, decisions: Decisions, at: number): Write[] => [
  ...scheduleWrites(state, decisions),
  ...decisions.grants.flatMap((grant) => grantWrites(grant, at)),
  ...decisions.refusals.map((refusal) => refusalWrite(refusal, at)),
  ...decisions.revoked.map(revokeWrite),
  ...decisions.forestalled.map(({ batch_id, index }): Write => ({ delete: keys.turn(batch_id, index) })),
];

const grantWrites = ({ batch_id, index, fence, ...grant }: Grant, at: number): Write[] => {
  const { key } = grant;
  const message = 'Its turn has come.';
  const told = { state: 'granted', reason: 'TurnGranted', message, at } as const;
  const turn: TurnRow = { batch_id, index, ...grant, fence, ...told };
  const change = changeItem(
    pendingItem(batch_id, index, key),
    { status: 'PROCESSING', reason: 'TurnGranted', message, step: 'capture', started_at: at },
    { at, actor: 'dispatcher', detail: { fence } },
  );
  return [{ put: itemOf(keys.turn(batch_id, index), turn), when: { exists: false } }, ...change.writes];
};

/** Only the turn is written: the child that waits for it records the outcome. */
const refusalWrite = ({ batch_id, index, key, target, status, reason, message }: Refusal, at: number): Write => {
  const turn: TurnRow = { batch_id, index, key, target, state: 'refused', status, reason, message, at };
  return { put: itemOf(keys.turn(batch_id, index), turn), when: { exists: false } };
};

const revokeWrite = ({ batch_id, index }: Place): Write => ({
  update: keys.turn(batch_id, index),
  set: { state: 'cancelled', reason: 'BatchCancelled', message: 'The batch was cancelled.' },
  when: { exists: true },
});
