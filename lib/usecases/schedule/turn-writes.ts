import type { Write } from '../../domain/ports.ts';
import { changeItem, pendingItem } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, itemOf, type TurnRow } from '../../domain/record/rows.ts';
import type { Decisions, Grant, Mark, Refusal } from '../../domain/schedule/decisions.ts';
import type { Place } from '../../domain/schedule/place.ts';
import type { ScheduleState } from '../../domain/schedule/state.ts';
import { scheduleWrites } from './schedule-store.ts';

/** The rows of deployments that had a turn before, by batch and index. */
export type RowsAgain = ReadonlyMap<string, ItemRow>;

export const rowAgain = ({ batch_id, index }: Place): string => `${batch_id}#${index}`;

interface Moment {
  readonly at: number;
  readonly again: RowsAgain;
}

/** The rows of a decision: the state, and its effects on waiting deployments. The first one is the state's version. */
export const turnWrites = (state: ScheduleState, decisions: Decisions, moment: Moment): Write[] => [
  ...scheduleWrites(state, decisions),
  ...decisions.grants.flatMap((grant) => grantWrites(grant, moment)),
  ...decisions.refusals.map((refusal) => refusalWrite(refusal, moment.at)),
  ...decisions.revoked.map(revokeWrite),
  ...decisions.marks.map(markWrite),
  ...decisions.forestalled.map(({ batch_id, index }): Write => ({ delete: keys.turn(batch_id, index) })),
  ...decisions.events.map(
    (event): Write => ({ put: itemOf(keys.event(event.batch_id, 'hold', event.seq), event), when: { exists: false } }),
  ),
];

const grantWrites = (grant: Grant, { at, again }: Moment): Write[] => {
  const { batch_id, index, fence, again: _, ...rest } = grant;
  const message = 'Its turn has come.';
  const told = { state: 'granted', reason: 'TurnGranted', message, at } as const;
  const turn: TurnRow = { batch_id, index, ...rest, fence, ...told };
  const item = again.get(rowAgain(grant)) ?? pendingItem(batch_id, index, rest.key);
  const change = changeItem(
    item,
    { status: 'PROCESSING', reason: 'TurnGranted', message, step: 'capture', started_at: at },
    { at, actor: 'dispatcher', detail: { fence } },
  );
  return [{ put: itemOf(keys.turn(batch_id, index), turn), when: { exists: false } }, ...change.writes];
};

/** A deployment that has given back its turn or ended meanwhile has sent a message, which is read first. */
const markWrite = ({ batch_id, index, held_by }: Mark): Write => ({
  update: keys.turn(batch_id, index),
  ...(held_by === undefined
    ? { set: { state: 'granted' }, when: { equals: { state: 'held' } } }
    : { set: { state: 'held', held_by }, when: { equals: { state: 'granted' } } }),
});

/** Writes only the turn. The waiting child records the outcome. */
const refusalWrite = ({ batch_id, index, key, target, status, reason, message }: Refusal, at: number): Write => {
  const turn: TurnRow = { batch_id, index, key, target, state: 'refused', status, reason, message, at };
  return { put: itemOf(keys.turn(batch_id, index), turn), when: { exists: false } };
};

const revokeWrite = ({ batch_id, index }: Place): Write => ({
  update: keys.turn(batch_id, index),
  set: { state: 'cancelled', reason: 'BatchCancelled', message: 'The batch was cancelled.' },
  when: { exists: true },
});
