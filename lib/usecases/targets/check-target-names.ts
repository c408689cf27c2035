import { unknownName } from '../../domain/batch/unknown-name.ts';
import { type Catalogue, entryOf } from '../../domain/catalogue/catalogue.ts';
import { invalidRequest } from '../../domain/complaint.ts';
import type { TargetFilters } from '../../domain/targets/target-filters.ts';
import type { AskedBy, Deps } from '../deps.ts';

type Needs = Pick<Deps, 'catalogue'> & AskedBy;

/**
 * Where nothing was found: throws RequestInvalid for names that the configuration does not have, with the nearest. One that it does
 * not name any more may have targets all the same, and then something was found.
 */
export const checkTargetNames = async (deps: Needs, filters: TargetFilters): Promise<void> => {
  if (!deps.rights.any) return;
  const issues = unknownNames(deps, await deps.catalogue(), filters).map(({ name, message }) => ({
    path: `query.${name}`,
    message,
  }));
  if (issues.length > 0) throw invalidRequest(...issues);
};

export interface UnknownName {
  readonly name: 'environment' | 'cluster' | 'pillar' | 'service';
  readonly message: string;
}

/** Of the names that are given, those that the configuration does not have. Whoever may not see a pillar is told of no service in it. */
export const unknownNames = (
  deps: Pick<Needs, 'rights'>,
  catalogue: Catalogue,
  { environment, cluster, pillar, service }: TargetFilters,
): readonly UnknownName[] => {
  const [ofService = '', ...serviceName] = service?.split('/') ?? [];
  const pillarAsked = pillar ?? (serviceName.length > 0 ? ofService : undefined);
  const services = seesPillar(deps, catalogue, ofService) ? entryOf(catalogue.services ?? {}, ofService) : undefined;
  return [
    ...missing('environment', environment, catalogue.environments),
    ...missing('cluster', cluster, catalogue.clusters),
    ...missing(pillar === undefined ? 'service' : 'pillar', pillarAsked, catalogue.pillars, 'pillar'),
    ...missing('service', serviceName.length > 0 ? serviceName.join('/') : undefined, services),
  ];
};

const missing = (
  name: UnknownName['name'],
  asked: string | undefined,
  known: Readonly<Record<string, unknown>> | undefined,
  what: string = name,
): readonly UnknownName[] =>
  asked === undefined || known === undefined || entryOf(known, asked) !== undefined
    ? []
    : [{ name, message: unknownName(what, asked, Object.keys(known)) }];

const seesPillar = ({ rights }: Pick<Needs, 'rights'>, { environments = {} }: Catalogue, pillar: string): boolean =>
  rights.everywhere('read') ||
  Object.keys(environments).some((environment) => rights.may('read', { pillar, environment }));
