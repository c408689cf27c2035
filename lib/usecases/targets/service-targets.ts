import { placeOfTarget } from '../../domain/plan/lock-names.ts';
import { targetsOfService } from '../../domain/record/keys.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import type { Reads } from './merged-rows.ts';

interface Where {
  readonly service: string;
  readonly environment?: string | undefined;
  readonly cluster?: string | undefined;
}

/** A service's targets that the caller may see, from index rows alone. */
export const targetsOfServiceSeen = async (
  { table, rights }: Pick<Deps, 'table'> & AskedBy,
  { service, environment, cluster }: Where,
  reads: Reads,
): Promise<readonly string[]> => {
  const targets: string[] = [];
  const prefix = environment === undefined ? {} : { prefix: `${environment}/` };
  for await (const { sk } of everyItem(table, { pk: targetsOfService(service), ...prefix })) {
    reads.add(1);
    const target = `${sk}/${service}`;
    const fits = cluster === undefined || sk.endsWith(`/${cluster}`);
    if (fits && rights.may('read', placeOfTarget(target))) targets.push(target);
  }
  return targets;
};
