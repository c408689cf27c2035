import { remainsOf } from '../cloud/remains.ts';
import { deleteLogGroups } from './log-groups.ts';
import type { Place } from './place.ts';

/** Deletes the logs that CloudFormation does not know about, and throws when anything else of the stage is left. */
export const checkNothingRemains = async (place: Place, stage: string): Promise<void> => {
  await deleteLogGroups(place, `/aws/lambda/flotilla-${stage}-`);
  const left = Object.entries(await remainsOf(place.clients, stage)).filter(([, names]) => names.length > 0);
  const lines = left.map(([kind, names]) => `${kind}: ${names.join(', ')}`);
  if (lines.length > 0) throw new Error(`something of ${stage} is left:\n${lines.join('\n')}`);
};
