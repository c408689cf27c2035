import type { ServiceAnswer, ServiceRequest } from '../domain/ports.ts';
import { foreignText } from '../domain/record/foreign-text.ts';
import { type ApiAnswer, type ClusterRequests, requestMilliseconds, statusBodyOf } from './cluster-request.ts';
import { beginLength } from './probe-url.ts';

/** The API server's Status objects for a service that it did not reach. Some are known by their message only. */
const proxyFailures: Readonly<Record<number, { readonly reason: string; readonly says?: RegExp }>> = {
  401: { reason: 'Unauthorized', says: /^Unauthorized$/ },
  403: { reason: 'Forbidden', says: /services\/proxy/ },
  404: { reason: 'NotFound', says: /^services "/ },
  503: { reason: 'ServiceUnavailable' },
  504: { reason: 'Timeout' },
};

/** The API server's message if it did not reach a service; undefined if the service itself answered. */
export const unreachedOf = (answer: ApiAnswer): string | undefined => saidByProxy(answer) ?? saidInText(answer);

/** A healthy or unhealthy service may answer with a body of kind Status, too. Then the service is speaking. */
const saidByProxy = (answer: ApiAnswer): string | undefined => {
  const failure = proxyFailures[answer.status];
  const said = failure === undefined ? undefined : statusBodyOf(answer);
  if (said === undefined || said.reason !== failure?.reason || said.code !== answer.status) return undefined;
  return failure.says?.test(said.message) === false ? undefined : said.message;
};

/** Older API servers report an unreachable service in plain text. */
const saidInText = ({ status, body }: ApiAnswer): string | undefined =>
  status === 503 && /^error trying to reach service:/i.test(body) ? body : undefined;

/** The path's names are the configured service, port and path; the query is encoded. */
export const readService = async (requests: ClusterRequests, request: ServiceRequest): Promise<ServiceAnswer> => {
  const { namespace, service, port, path, query, limit } = request;
  const place = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(service)}:${port}`;
  const asked = `${place}/proxy${path}?${new URLSearchParams(query)}`;
  const answer = await requests.send(asked, { limit, milliseconds: requestMilliseconds });
  const said = unreachedOf(answer);
  if (said !== undefined) return { kind: 'unreached', message: foreignText(said.trim(), beginLength) };
  const { status, body, redirect, isCut } = answer;
  if (redirect !== undefined) return { kind: 'unreached', message: `it answers with ${redirect}` };
  return { kind: 'answered', status, body, ...(isCut ? { isCut } : {}) };
};
