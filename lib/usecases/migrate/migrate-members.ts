import { partsOf } from '../../domain/parts-of.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import { marksOfPlan, markWrite } from '../../domain/record/batch-marks.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import { noteEnvironment } from '../plan/mark-planned.ts';
import { changeWrites } from '../targets/end-writes.ts';
import { changesOfItem } from './changes-of-item.ts';
import { migrateRelease } from './migrate-release.ts';
import { migrateTarget } from './migrate-target.ts';
import { type MigrateNeeds, putMissing, type Written } from './put-missing.ts';

interface Planned {
  readonly header: HeaderRow;
  readonly sheet: Sheet;
}

const membersAtOnce = 25;

/** Migrates some deployments of a planned batch: their index rows, what runs at their targets, and their changes. */
export const migrateMembers = async (
  deps: MigrateNeeds,
  { header, sheet }: Planned,
  indexes: readonly number[],
): Promise<Written> => {
  const parts = indexes.map((index) => partsOfTarget(sheet.targets[index]!));
  const marks = marksOfPlan(parts.map(({ pillar, service: service_name }) => ({ pillar, service_name })));
  let index_rows = await putMissing(
    deps,
    marks.map((mark) => markWrite(header, mark)),
  );
  for (const environment of new Set(parts.map((part) => part.environment))) {
    if (await noteEnvironment(deps, environment, header.created_at)) index_rows += 1;
  }
  let targets = 0;
  for (const few of partsOf(indexes, membersAtOnce)) {
    const found = await Promise.all(few.map((index) => migrateTarget(deps, sheet.targets[index]!, header)));
    targets += found.reduce((sum, one) => sum + one.targets, 0);
    index_rows += found.reduce((sum, one) => sum + one.index_rows, 0);
    const changes = (await Promise.all(few.map((index) => changesAt(deps, header, index)))).flat();
    index_rows += await putMissing(deps, changes.flatMap(changeWrites));
    const releases = await Promise.all(changes.map((change) => migrateRelease(deps, change)));
    targets += releases.reduce((sum, one) => sum + one, 0);
  }
  return { targets, index_rows, deleted: 0 };
};

const changesAt = async (deps: MigrateNeeds, header: HeaderRow, index: number) => {
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(header.batch_id, index)));
  return item === undefined ? [] : changesOfItem(deps, header, item);
};
