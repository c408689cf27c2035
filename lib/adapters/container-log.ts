import { isFlotillaError } from '../domain/errors.ts';
import type { ContainerLog, LogRequest } from '../domain/ports.ts';
import { type ClusterRequests, statusBodyOf } from './cluster-request.ts';

/** How often to ask for fewer lines, a quarter each time, when the answer was too large. */
const tries = 5;
/** Beyond the limit that the API server got. */
const spare = 1_024;

/**
 * The last lines of one run of a container. The API server cuts a log after so many bytes from its start, which would
 * lose the last lines. So this asks for fewer lines until they fit.
 */
export const readContainerLog = async (requests: ClusterRequests, request: LogRequest): Promise<ContainerLog> => {
  let { lines } = request;
  for (let tried = 1; ; tried += 1) {
    const read = await readOnce(requests, { ...request, lines });
    if ('none' in read) return read;
    if (!read.isCut) return { lines: read.lines, isCut: lines < request.lines };
    if (lines === 1 || tried === tries) return read;
    lines = Math.ceil(lines / 4);
  }
};

const readOnce = async (requests: ClusterRequests, request: LogRequest): Promise<ContainerLog> => {
  const { namespace, pod, container, previous, lines, bytes } = request;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
  const query = new URLSearchParams({ container, tailLines: String(lines), limitBytes: String(bytes) });
  if (previous) query.set('previous', 'true');
  try {
    const answer = await requests.get(`${path}?${query}`, { limit: bytes + spare });
    // 400: it has not begun, or there was no earlier run. 404: its pod is gone.
    if (answer.status !== 200) return { none: statusBodyOf(answer)?.message ?? `HTTP ${answer.status}` };
    const isCut = answer.isCut === true || Buffer.byteLength(answer.body) >= bytes;
    return { lines: answer.body.split(/\r?\n/).filter((line) => line !== ''), isCut };
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable') && error.details.status === 403) return { none: error.message };
    throw error;
  }
};
