import { statuses } from '../../domain/deployment/status.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import { placesOf } from '../../domain/grants/reach.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import type { Write } from '../../domain/ports.ts';
import { type Mark, marksAtSubmit, markWrite } from '../../domain/record/batch-marks.ts';
import { keys } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import { readReach } from '../grants/seen-batch.ts';
import { retryConflict } from '../retry-conflict.ts';
import { type MigrateNeeds, noneWritten, putMissing, type Written } from './put-missing.ts';

/** Writes the index rows for a batch as a whole, and removes those for statuses that it no longer has. */
export const migrateBatch = async (
  deps: MigrateNeeds,
  header: HeaderRow,
  sheet: Sheet | undefined,
): Promise<Written> => {
  const environments = await environmentsOf(deps, header, sheet);
  const marks = marksAtSubmit(header, environments).map((mark) => markWrite(header, mark));
  const written = await putMissing(deps, marks);
  const moved = await retryConflict(deps, () => moveStatus(deps, header.batch_id));
  return { ...noneWritten, index_rows: written + moved.index_rows, deleted: moved.deleted };
};

const environmentsOf = async (
  deps: MigrateNeeds,
  header: HeaderRow,
  sheet: Sheet | undefined,
): Promise<readonly string[]> => {
  if (sheet !== undefined) return sheet.targets.map((target) => partsOfTarget(target).environment);
  try {
    return placesOf(await readReach(deps, header)).map(({ environment }) => environment);
  } catch (error) {
    if (isFlotillaError(error, 'DocumentMissing')) return [];
    throw error;
  }
};

/** An earlier version changes only the status. If it does so meanwhile, this write fails and reads again. */
const moveStatus = async (deps: MigrateNeeds, batchId: string): Promise<Pick<Written, 'index_rows' | 'deleted'>> => {
  const header = await lookForBatch(deps, batchId);
  if (header === undefined) return noneWritten;
  const found = await Promise.all(
    statuses.map(async (status) => {
      const mark: Mark = ['status', status];
      const isThere = (await deps.table.get(keys.batchBy(...mark, header))) !== undefined;
      return { mark, isThere, isRight: status === header.status };
    }),
  );
  const missing = found.filter(({ isThere, isRight }) => isRight && !isThere);
  const wrong = found.filter(({ isThere, isRight }) => isThere && !isRight);
  if (missing.length + wrong.length > 0) {
    await deps.table.transact([
      { check: keys.header(batchId), when: { equals: { seq: header.seq } } },
      ...missing.map(({ mark }) => markWrite(header, mark)),
      ...wrong.map(({ mark: [dimension, value] }): Write => ({ delete: keys.batchBy(dimension, value, header) })),
    ]);
  }
  return { index_rows: missing.length, deleted: wrong.length };
};
