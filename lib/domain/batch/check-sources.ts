import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import { prometheusOf } from '../catalogue/prometheus-of.ts';
import { resolveInfrastructure, serviceEntry } from '../catalogue/resolve.ts';
import { isActing } from './check-action.ts';
import type { Draft } from './drafts.ts';
import type { Wording } from './findings.ts';

/** Checks whose source cannot be read where the item is deployed; undefined if there is none. */
export const unreadableChecks = ({ item, pillar, service }: Draft, catalogue: Catalogue): Wording | undefined => {
  if (item === undefined || pillar === undefined || service === undefined) return undefined;
  const cluster = resolveInfrastructure(catalogue, item.infrastructure_id)?.cluster;
  const entry = cluster === undefined ? undefined : entryOf(catalogue.clusters, cluster);
  if (entry === undefined || prometheusOf(entry) !== undefined) return undefined;
  if (item.at_once === true) return undefined;
  const strategy = isActing(item) ? undefined : serviceEntry(catalogue, pillar, service)?.kubernetes?.strategy;
  if (strategy?.environments?.includes(item.environment_id) === false) return undefined;
  const names = (strategy?.checks ?? []).filter(({ source }) => 'prometheus' in source).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const message = `the steps of ${pillar}/${service} check ${names.join(', ')} in Prometheus, but the cluster ${cluster} has no Prometheus configured`;
  return { message, hint: `set clusters.${cluster}.prometheus.service in the configuration, or write at_once: true` };
};
