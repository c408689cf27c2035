import { partsOf } from '../../domain/parts-of.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { marksAtSubmit, marksOfPlan, markWrite, mostMarksAtSubmit } from '../../domain/record/batch-marks.ts';
import type { EnvironmentRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random'>;

/** As many as one transaction takes. */
const atOnce = 100;

/**
 * The rows by which a batch is found that is about to be planned: by its pillars and services, and by what was too much for the
 * transaction that took it in. They come before the plan is told, and again where this is repeated: the same ones.
 */
export const markPlanned = async (deps: Needs, header: HeaderRow, { deployments }: Plan): Promise<void> => {
  const environments = new Set(deployments.map(({ environment_id }) => environment_id));
  const marks = [...marksAtSubmit(header, environments).slice(mostMarksAtSubmit), ...marksOfPlan(deployments)];
  for (const some of partsOf(marks, atOnce)) {
    await retryConflict(deps, () => deps.table.transact(some.map((mark) => markWrite(header, mark))));
  }
  for (const environment of environments) await noteEnvironment(deps, environment);
};

/** Once for all batches: a row that each of them wrote would be written by many at the same moment. */
export const noteEnvironment = async (deps: Needs, environment: string): Promise<boolean> => {
  if ((await deps.table.get(keys.environment(environment))) !== undefined) return false;
  const row: EnvironmentRow = { environment };
  await retryConflict(deps, () => deps.table.transact([{ put: itemOf(keys.environment(environment), row) }]));
  return true;
};
