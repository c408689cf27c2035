import { unknownName } from '../../domain/batch/unknown-name.ts';
import { type Catalogue, entryOf } from '../../domain/catalogue/catalogue.ts';
import { type NamesSeen, namesSeen } from '../../domain/catalogue/show-catalogue.ts';
import { invalidRequest } from '../../domain/complaint.ts';
import type { TargetFilters } from '../../domain/targets/target-filters.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { readEnvironments } from './read-environments.ts';

type Needs = Pick<Deps, 'catalogue' | 'table'> & AskedBy;

/**
 * Called when nothing was found. Throws RequestInvalid for names that the configuration does not have, with the nearest
 * one. A name removed from the configuration may still have targets, but then something was found.
 */
export const checkTargetNames = async (deps: Needs, filters: TargetFilters): Promise<void> => {
  if (!deps.rights.any) return;
  const catalogue = await deps.catalogue();
  const issues = unknownNames(catalogue, await readNames(deps, catalogue), filters).map(({ name, message }) => ({
    path: `query.${name}`,
    message,
  }));
  if (issues.length > 0) throw invalidRequest(...issues);
};

export interface UnknownName {
  readonly name: 'environment' | 'cluster' | 'pillar' | 'service';
  readonly message: string;
}

/** The names that exist for the caller. */
export interface KnownNames extends Pick<NamesSeen, 'pillars' | 'clusters'> {
  /**
   * From the configuration, or without environments there, those that batches went to. Absent if there are none yet.
   */
  readonly environments?: readonly string[];
}

export const readNames = async (deps: Needs, catalogue: Catalogue): Promise<KnownNames> => {
  const seen = namesSeen(catalogue, deps.rights);
  const isSeen = (environment: string): boolean =>
    deps.rights.everywhere('read') || seen.pillars.some((pillar) => deps.rights.may('read', { pillar, environment }));
  const { pillars, clusters } = seen;
  if (catalogue.environments !== undefined) return { pillars, clusters, environments: seen.environments };
  const recorded = (await readEnvironments(deps)).filter(isSeen);
  return { pillars, clusters, ...(recorded.length === 0 ? {} : { environments: recorded }) };
};

/** The given names that nothing has. A caller who may not see a pillar learns nothing about its services. */
export const unknownNames = (
  { services = {} }: Catalogue,
  { environments, clusters, pillars }: KnownNames,
  { environment, cluster, pillar, service }: TargetFilters,
): readonly UnknownName[] => {
  const [ofService = '', ...serviceName] = service?.split('/') ?? [];
  const pillarAsked = pillar ?? (serviceName.length > 0 ? ofService : undefined);
  const named = pillars.includes(ofService) ? entryOf(services, ofService) : undefined;
  return [
    ...missing('environment', environment, environments),
    ...missing('cluster', cluster, clusters),
    ...missing(pillar === undefined ? 'service' : 'pillar', pillarAsked, pillars, 'pillar'),
    ...missing('service', serviceName.length > 0 ? serviceName.join('/') : undefined, named && Object.keys(named)),
  ];
};

const missing = (
  name: UnknownName['name'],
  asked: string | undefined,
  known: readonly string[] | undefined,
  what: string = name,
): readonly UnknownName[] =>
  asked === undefined || known === undefined || known.includes(asked)
    ? []
    : [{ name, message: unknownName(what, asked, known) }];
