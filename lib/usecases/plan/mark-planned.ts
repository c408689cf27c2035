import { partsOf } from '../../domain/parts-of.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { marksAtSubmit, marksOfPlan, markWrite, mostMarksAtSubmit } from '../../domain/record/batch-marks.ts';
import type { EnvironmentRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random'>;

/** The most writes in one transaction. */
const atOnce = 100;

/**
 * Writes the index rows for a batch about to be planned: its pillars and services, and what didn't fit into the
 * transaction that accepted it. They come before the plan becomes known. Repeating writes the same rows.
 */
export const markPlanned = async (deps: Needs, header: HeaderRow, { deployments }: Plan): Promise<void> => {
  const environments = new Set(deployments.map(({ environment_id }) => environment_id));
  const marks = [...marksAtSubmit(header, environments).slice(mostMarksAtSubmit), ...marksOfPlan(deployments)];
  for (const some of partsOf(marks, atOnce)) {
    await retryConflict(deps, () => deps.table.transact(some.map((mark) => markWrite(header, mark))));
  }
  for (const environment of environments) await noteEnvironment(deps, environment, header.created_at);
};

/** Usually done once, with the first batch. A row that every batch wrote would be contended. */
export const noteEnvironment = (deps: Needs, environment: string, since: number): Promise<boolean> =>
  retryConflict(deps, async () => {
    const known = rowOf<EnvironmentRow>(await deps.table.get(keys.environment(environment)));
    if (known !== undefined && known.since <= since) return false;
    const row: EnvironmentRow = { environment, since };
    const when = known === undefined ? { exists: false } : { equals: { since: known.since } };
    await deps.table.transact([{ put: itemOf(keys.environment(environment), row), when }]);
    return true;
  });
