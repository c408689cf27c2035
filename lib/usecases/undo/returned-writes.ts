import type { Acting } from '../../domain/plan/action.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Write } from '../../domain/ports.ts';
import { changeHeader, changeItem } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import {
  type HeaderRow,
  type ItemRow,
  itemOf,
  type Outcome,
  type OutcomesRow,
  rowOf,
} from '../../domain/record/rows.ts';
import { Cells, settledBy, statusOfCell } from '../../domain/schedule/cells.ts';
import type { Place } from '../../domain/schedule/place.ts';
import type { Deps } from '../deps.ts';

interface Returned {
  /** The deployments that this undoes. Absent if it is not a batch's rollback. */
  readonly of: readonly Place[] | undefined;
  /** The batch that restored the previous release. */
  readonly by: string;
  /** What it did. */
  readonly to: Acting & Pick<PlannedDeployment, 'docker_image_version'>;
  readonly at: number;
}

const whatIsBack = ({ action, replicas, docker_image_version: version }: Returned['to']): string => {
  if (action === 'delete') return 'It was deleted again';
  return action === 'scale' ? `${replicas} replicas are set again` : `Version ${version} is back`;
};

/** When a rollback's deployment succeeds, the deployments that it undoes become ROLLBACK in the same transaction. */
export const returnedWrites = async (
  { table }: Pick<Deps, 'table'>,
  { of = [], by, to, at }: Returned,
): Promise<readonly Write[]> => {
  const items = await Promise.all(of.map(({ batch_id, index }) => table.get(keys.item(batch_id, index))));
  return items.flatMap((read) => {
    const item = rowOf<ItemRow>(read);
    const before = item?.outcome;
    if (item === undefined || before === undefined || before.status === 'ROLLBACK') return [];
    const told = {
      status: 'ROLLBACK',
      reason: 'RolledBack',
      message: `${whatIsBack(to)}: batch ${by} rolled it back.`,
    } as const;
    const { release_after: _, ...rest } = before;
    const after = to.docker_image_version === '' ? {} : { release_after: to.docker_image_version };
    const outcome: Outcome = { ...rest, ...told, ...after, rolled_back_by: by };
    const detail = { replaces: before.reason, rolled_back_by: by, ...after };
    return changeItem(item, { ...told, outcome }, { at, actor: 'record', detail }).writes;
  });
};

/**
 * The same for an UNKNOWN deployment that turns out to be back after the rollback has ended. Updates the totals of the
 * batches it rolled back, and the letters that find their deployments.
 */
export const returnedLate = async (
  deps: Pick<Deps, 'table'>,
  planned: PlannedDeployment,
  { by, at }: Pick<Returned, 'by' | 'at'>,
): Promise<readonly Write[]> => {
  const { replay } = planned;
  if (replay?.kind !== 'rollback') return [];
  const writes = await returnedWrites(deps, { of: replay.of, by, to: planned, at });
  const ended = await Promise.all(replay.of.map((place) => endedWrites(deps, place, { by, at })));
  return [...writes, ...ended.flat()];
};

const endedWrites = async (
  { table }: Pick<Deps, 'table'>,
  { batch_id, index }: Place,
  { by, at }: Pick<Returned, 'by' | 'at'>,
): Promise<readonly Write[]> => {
  const header = rowOf<HeaderRow>(await table.get(keys.header(batch_id)));
  const cells = rowOf<OutcomesRow>(await table.get(keys.outcomes(batch_id)))?.cells;
  if (header?.totals === undefined || header.ended_at === undefined || cells === undefined) return [];
  const before = statusOfCell(Cells.fromPages([cells]).at(index));
  if (before === 'ROLLBACK') return [];
  const { [before]: count = 1, ROLLBACK = 0, ...others } = header.totals;
  const totals = { ...others, ...(count > 1 ? { [before]: count - 1 } : {}), ROLLBACK: ROLLBACK + 1 };
  const { status, reason, message } = header;
  const occasion = { at, actor: 'record', detail: { rolled_back_by: by } };
  const letters = cells.slice(0, index) + settledBy('ROLLBACK') + cells.slice(index + 1);
  return [
    ...changeHeader(header, { status, reason, message, totals }, occasion).writes,
    { put: itemOf(keys.outcomes(batch_id), { cells: letters } satisfies OutcomesRow) },
  ];
};
