import { invalidRequest } from '../../domain/complaint.ts';
import type { FlotillaError } from '../../domain/errors.ts';
import type { TargetFilters } from '../../domain/targets/target-filters.ts';

/** The requested service as `pillar/service_name`. The service name alone is enough if the pillar is given, too. */
export const serviceOf = ({ pillar, service }: Pick<TargetFilters, 'pillar' | 'service'>): string | undefined => {
  if (service === undefined) return undefined;
  if (!service.includes('/')) {
    if (pillar !== undefined) return `${pillar}/${service}`;
    throw refused('add its pillar: pillar/service_name, or pillar=…');
  }
  if (pillar !== undefined && !service.startsWith(`${pillar}/`)) throw refused(`is not in pillar ${pillar}`);
  return service;
};

const refused = (message: string): FlotillaError => invalidRequest({ path: 'query.service', message });
