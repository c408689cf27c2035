import type { HealthRequest } from '../ports.ts';
import { healthPathProblem } from './health-path.ts';

/** Where the API server hands a request on to the service of a workload. */
const proxyRoot = ({ workload, port }: Pick<HealthRequest, 'workload' | 'port'>): string => {
  const service = `${encodeURIComponent(workload.name)}${port === undefined ? '' : `:${port}`}`;
  return `/api/v1/namespaces/${encodeURIComponent(workload.namespace)}/services/${service}/proxy/`;
};

/** The path that the API server is asked for; undefined where it might leave the service. Intake takes none of those. */
export const proxyAddress = (request: Pick<HealthRequest, 'workload' | 'port' | 'path'>): string | undefined => {
  const path = request.path.replace(/^\/?/, '/');
  return healthPathProblem(path) === undefined ? `${proxyRoot(request)}${path.slice(1)}` : undefined;
};

/**
 * What a health check asks, as it is shown. A query may hold what nobody should read, so it is left out. What goes by the API
 * server is a path that `kubectl get --raw` takes.
 */
export const shownHealthAddress = (request: HealthRequest, cluster: string): string =>
  request.url === undefined
    ? `${withoutQuery(proxyAddress(request) ?? proxyRoot(request))} on cluster ${cluster}`
    : withoutCredentials(request.url);

export const withoutQuery = (path: string): string => path.replace(/[?#].*/s, '');

const withoutCredentials = (url: string): string => {
  const parsed = URL.parse(url);
  return parsed === null ? 'an address that is none' : `${parsed.origin}${parsed.pathname}`;
};
