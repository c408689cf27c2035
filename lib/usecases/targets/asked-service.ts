import { invalidRequest } from '../../domain/complaint.ts';
import type { FlotillaError } from '../../domain/errors.ts';
import type { TargetFilters } from '../../domain/targets/target-filters.ts';

/** The service that is asked for as `pillar/service_name`: its name alone will do where its pillar is named, too. */
export const serviceOf = ({ pillar, service }: Pick<TargetFilters, 'pillar' | 'service'>): string | undefined => {
  if (service === undefined) return undefined;
  if (!service.includes('/')) {
    if (pillar !== undefined) return `${pillar}/${service}`;
    throw refused('name it with its pillar: pillar/service_name, or add pillar=…');
  }
  if (pillar !== undefined && !service.startsWith(`${pillar}/`)) throw refused(`is none of the pillar ${pillar}`);
  return service;
};

const refused = (message: string): FlotillaError => invalidRequest({ path: 'query.service', message });
