import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { attributesOf, type HeaderRow, itemOf } from '../../domain/record/rows.ts';
import { submitterOf } from '../../domain/targets/submitter.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import { retryConflict } from '../retry-conflict.ts';
import { pointerWrite } from '../targets/now-writes.ts';
import { readTarget } from '../targets/read-now.ts';
import type { MigrateNeeds, Written } from './put-missing.ts';

type OfTarget = Pick<Written, 'targets' | 'index_rows'>;

/**
 * Writes what runs at a target, from its last good release and its last bad outcome, who did that, and the index row by
 * service. If a deployment writes the row meanwhile, the retry finds it there.
 */
export const migrateTarget = (deps: MigrateNeeds, target: string, header: HeaderRow): Promise<OfTarget> =>
  retryConflict(deps, async () => {
    const { row, now } = await readTarget(deps, target);
    if (now === undefined) return { targets: 0, index_rows: 0 };
    const who = now.by === undefined ? await whoChanged(deps, now, header) : {};
    const hasPointer = (await deps.table.get(keys.targetPointer(target))) !== undefined;
    const writes = [...nowWritten(row, { ...now, ...who }), ...(hasPointer ? [] : [pointerWrite(target)])];
    if (writes.length > 0) await deps.table.transact(writes);
    return { targets: writes.length - (hasPointer ? 0 : 1), index_rows: hasPointer ? 0 : 1 };
  });

/** Rows of an earlier version don't say who; the batch does. */
const whoChanged = async (deps: MigrateNeeds, { batch_id }: TargetRow, header: HeaderRow) => {
  const of = batch_id === header.batch_id ? header : await lookForBatch(deps, batch_id);
  return of === undefined ? {} : submitterOf(of);
};

/** An existing row only gets who it was. */
const nowWritten = (row: TargetRow | undefined, now: TargetRow): readonly Write[] => {
  const { target, batch_id, index, state, since, by, by_name } = now;
  if (row === undefined) return [{ put: itemOf(keys.targetNow(target), now), when: { exists: false } }];
  if (row.by !== undefined || by === undefined) return [];
  const set = attributesOf({ by, ...(by_name === undefined ? {} : { by_name }) });
  const when = { equals: { batch_id, index, state, since }, missing: ['by'] };
  return [{ update: keys.targetNow(target), set, when }];
};
