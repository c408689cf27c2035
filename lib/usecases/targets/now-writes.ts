import type { Condition, Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import type { Place } from '../../domain/schedule/place.ts';
import {
  type Ended,
  type Intent,
  type NextNow,
  nowAtEnd,
  nowAtIntent,
  nowReturned,
} from '../../domain/targets/next-now.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { type NowRead, readTarget } from './read-now.ts';

/** Each of these belongs into the transaction of what it tells of, and holds only while NOW is what was read. */

/** With the intent of a run. */
export const intentNowWrites = ({ row, now }: NowRead, intent: Intent): readonly Write[] => [
  putNow(row, nowAtIntent(now, intent)),
];

/** With an outcome. Nothing is read for a deployment that has never asked for a run. */
export const outcomeNowWrites = async (deps: Pick<Deps, 'table'>, ended: Ended): Promise<readonly Write[]> => {
  if (ended.item.runs.length === 0 && ended.outcome.status !== 'SUCCESS') return [];
  const { target } = ended.planned;
  const { row, now } = await readTarget(deps, target);
  return nowWrites(target, row, nowAtEnd(now, ended));
};

/** With a turn that is given back before anything was sent: what stood there before the intent stands there. */
export const returnedNowWrites = async (
  deps: Pick<Deps, 'table'>,
  { target, place }: { readonly target: string; readonly place: Place },
): Promise<readonly Write[]> => {
  const { row, now } = await readTarget(deps, target);
  return nowWrites(target, row, nowReturned(now, place));
};

const nowWrites = (target: string, read: TargetRow | undefined, next: NextNow): readonly Write[] => {
  if (next === undefined) return [];
  if (next.row !== undefined) return [putNow(read, next.row)];
  return read === undefined ? [] : [{ delete: keys.targetNow(target), when: asRead(read) }];
};

const putNow = (read: TargetRow | undefined, row: TargetRow): Write => ({
  put: itemOf(keys.targetNow(row.target), row),
  when: asRead(read),
});

const asRead = (read: TargetRow | undefined): Condition => {
  if (read === undefined) return { exists: false };
  const { batch_id, index, state, since } = read;
  return { equals: { batch_id, index, state, since } };
};
