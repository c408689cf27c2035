import { entryOf } from '../../domain/catalogue/catalogue.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';

/**
 * Why the caller may not resolve a deployment; undefined if they may. A person decides, and where the environment
 * requires it, not the one who submitted.
 */
export const resolverProblem = async (
  { rights, catalogue }: Pick<Deps, 'catalogue'> & AskedBy,
  { submitted_by }: Pick<HeaderRow, 'submitted_by'>,
  { pillar, environment_id: environment }: Pick<PlannedDeployment, 'pillar' | 'environment_id'>,
): Promise<string | undefined> => {
  if (!rights.may('resolve', { pillar, environment })) return `No grant lets you resolve ${pillar} in ${environment}.`;
  if (rights.actor.kind !== 'person') {
    return `Only a person may resolve, and ${rights.actor.subject} is a program. Tokens of people name a group.`;
  }
  const { second_person } = entryOf((await catalogue()).environments, environment) ?? {};
  return second_person === true && rights.actor.subject === submitted_by
    ? `In ${environment} the person who submitted may not resolve. Ask somebody else.`
    : undefined;
};
