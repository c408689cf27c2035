import type { Condition, Write } from '../../domain/ports.ts';
import type { TargetPointerRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import type { Place } from '../../domain/schedule/place.ts';
import { type Intent, type NextNow, nowAtIntent, nowReturned } from '../../domain/targets/next-now.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { type NowRead, readTarget } from './read-now.ts';

/**
 * Each of these belongs in the transaction of the change that it records, and is valid only while NOW is as it was
 * read. The row's index row, by service, comes and goes with it.
 */

/** Writes for the intent of a run. */
export const intentNowWrites = ({ row, now }: NowRead, intent: Intent): readonly Write[] =>
  putNow(row, nowAtIntent(now, intent));

/** Writes for a turn given back before anything was sent: NOW is again what it was before the intent. */
export const returnedNowWrites = async (
  deps: Pick<Deps, 'table'>,
  { target, place }: { readonly target: string; readonly place: Place },
): Promise<readonly Write[]> => {
  const { row, now } = await readTarget(deps, target);
  return nowWrites(target, row, nowReturned(now, place));
};

/** Writes the new NOW, if it differs. */
export const nowWrites = (target: string, read: TargetRow | undefined, next: NextNow): readonly Write[] => {
  if (next === undefined) return [];
  if (next.row !== undefined) return putNow(read, next.row);
  if (read === undefined) return [];
  return [{ delete: keys.targetNow(target), when: asRead(read) }, { delete: keys.targetPointer(target) }];
};

const putNow = (read: TargetRow | undefined, row: TargetRow): readonly Write[] => {
  const put: Write = { put: itemOf(keys.targetNow(row.target), row), when: asRead(read) };
  return read === undefined ? [put, pointerWrite(row.target)] : [put];
};

/** The index row that finds a target by its service. */
export const pointerWrite = (target: string): Write => {
  const row: TargetPointerRow = { target };
  return { put: itemOf(keys.targetPointer(target), row) };
};

const asRead = (read: TargetRow | undefined): Condition => {
  if (read === undefined) return { exists: false };
  const { batch_id, index, state, since } = read;
  return { equals: { batch_id, index, state, since } };
};
