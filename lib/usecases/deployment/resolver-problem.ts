import { entryOf } from '../../domain/catalogue/catalogue.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';

/**
 * Why one who asks may not say what became of a deployment; undefined where they may. A person decides it, and where the environment
 * says so, another than who submitted it.
 */
export const resolverProblem = async (
  { rights, catalogue }: Pick<Deps, 'catalogue'> & AskedBy,
  { submitted_by }: Pick<HeaderRow, 'submitted_by'>,
  { pillar, environment_id: environment }: Pick<PlannedDeployment, 'pillar' | 'environment_id'>,
): Promise<string | undefined> => {
  if (!rights.may('resolve', { pillar, environment })) return `No grant lets you resolve ${pillar} in ${environment}.`;
  if (rights.actor.kind !== 'person') {
    return `Only a person may resolve, and ${rights.actor.subject} is a program. A token of a person names a group.`;
  }
  const { second_person } = entryOf((await catalogue()).environments, environment) ?? {};
  return second_person === true && rights.actor.subject === submitted_by
    ? `In ${environment} another person resolves than the one who submitted: ask a second one.`
    : undefined;
};
