import type { Write } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, type Outcome, rowOf } from '../../domain/record/rows.ts';
import type { Place } from '../../domain/schedule/place.ts';
import type { Deps } from '../deps.ts';

interface Returned {
  /** The deployments that are taken back; none where this is no rollback of a batch. */
  readonly of: readonly Place[] | undefined;
  /** The batch that has put the release before back. */
  readonly by: string;
  /** That release. */
  readonly version: string;
  readonly at: number;
}

/** With the success of a rollback the deployments that it takes back become ROLLBACK, in the same transaction. */
export const returnedWrites = async (
  { table }: Pick<Deps, 'table'>,
  { of = [], by, version, at }: Returned,
): Promise<readonly Write[]> => {
  const items = await Promise.all(of.map(({ batch_id, index }) => table.get(keys.item(batch_id, index))));
  return items.flatMap((read) => {
    const item = rowOf<ItemRow>(read);
    const before = item?.outcome;
    if (item === undefined || before === undefined || before.status === 'ROLLBACK') return [];
    const told = {
      status: 'ROLLBACK',
      reason: 'RolledBack',
      message: `Version ${version} is back: batch ${by} has rolled it back.`,
    } as const;
    const outcome: Outcome = { ...before, ...told, release_after: version, rolled_back_by: by };
    const detail = { replaces: before.reason, rolled_back_by: by, release_after: version };
    return changeItem(item, { ...told, outcome }, { at, actor: 'record', detail }).writes;
  });
};
