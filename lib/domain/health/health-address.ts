import type { HealthRequest } from '../ports.ts';
import { healthPathProblem } from './health-path.ts';

/** The API server's proxy path to a workload's service. */
const proxyRoot = ({ workload, port }: Pick<HealthRequest, 'workload' | 'port'>): string => {
  const service = `${encodeURIComponent(workload.name)}${port === undefined ? '' : `:${port}`}`;
  return `/api/v1/namespaces/${encodeURIComponent(workload.namespace)}/services/${service}/proxy/`;
};

/** The proxy path to request; undefined if it might leave the service. Intake rejects such paths. */
export const proxyAddress = (request: Pick<HealthRequest, 'workload' | 'port' | 'path'>): string | undefined => {
  const path = request.path.replace(/^\/?/, '/');
  return healthPathProblem(path) === undefined ? `${proxyRoot(request)}${path.slice(1)}` : undefined;
};

/**
 * A health check's address, for display. The query is left out, because it may contain secrets. Requests through the
 * API server are shown as a path for `kubectl get --raw`.
 */
export const shownHealthAddress = (request: HealthRequest, cluster: string): string =>
  request.url === undefined
    ? `${withoutQuery(proxyAddress(request) ?? proxyRoot(request))} on cluster ${cluster}`
    : withoutCredentials(request.url);

export const withoutQuery = (path: string): string => path.replace(/[?#].*/s, '');

const withoutCredentials = (url: string): string => {
  const parsed = URL.parse(url);
  return parsed === null ? 'an invalid address' : `${parsed.origin}${parsed.pathname}`;
};
