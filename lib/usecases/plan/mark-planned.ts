import { partsOf } from '../../domain/parts-of.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { marksAtSubmit, marksOfPlan, markWrite, mostMarksAtSubmit } from '../../domain/record/batch-marks.ts';
import type { EnvironmentRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf, rowOf } from '../../domain/record/rows.ts';
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
  for (const environment of environments) await noteEnvironment(deps, environment, header.created_at);
};

/** Once for nearly all batches, when the first is planned: a row that each of them wrote would be written by many at the same moment. */
export const noteEnvironment = (deps: Needs, environment: string, since: number): Promise<boolean> =>
  retryConflict(deps, async () => {
    const known = rowOf<EnvironmentRow>(await deps.table.get(keys.environment(environment)));
    if (known !== undefined && known.since <= since) return false;
    const row: EnvironmentRow = { environment, since };
    const when = known === undefined ? { exists: false } : { equals: { since: known.since } };
    await deps.table.transact([{ put: itemOf(keys.environment(environment), row), when }]);
    return true;
  });
