import type { ServerResponse } from 'node:http';
import type { Target } from './api.ts';
import { ApiStatus, badRequest } from './api-status.ts';
import { fateOf, logOf } from './fate.ts';
import type { KubeObject, Pod } from './kube-object.ts';
import { apiVersionOf } from './resources.ts';
import { fieldSelector, labelSelector, type Matches } from './selector.ts';
import type { Change, Store } from './store.ts';

/** What a request's selectors match. */
function selection({ namespace, name }: Target, query: URLSearchParams): Matches {
  const labels = labelSelector(query.get('labelSelector'));
  const fields = fieldSelector(query.get('fieldSelector'));
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    labels(object) &&
    fields(object);
}

/** A list as JSON text, assembled from the texts in the store; pages by `limit` and `continue`. */
export function listJson(store: Store, target: Target, query: URLSearchParams): string {
  const all = store.list(target.resource, target.namespace).filter(selection(target, query));
  const from = Number(query.get('continue') ?? 0);
  const limit = Number(query.get('limit') ?? 0) || all.length;
  const items = all.slice(from, from + limit);
  const left = all.length - from - items.length;
  const metadata = {
    resourceVersion: store.version,
    ...(left > 0 && { continue: String(from + items.length), remainingItemCount: left }),
  };
  const head = { kind: `${target.resource.kind}List`, apiVersion: apiVersionOf(target.resource), metadata };
  return `${JSON.stringify(head).slice(0, -1)},"items":[${items.map((object) => store.json(object)).join(',')}]}`;
}

/** As often as the real one. */
const bookmarkMilliseconds = 60_000;

/** Streams changes, one JSON a line, until the client leaves or its time is up. */
export function watch(
  store: Store,
  target: Target,
  { query, response }: { query: URLSearchParams; response: ServerResponse },
): void {
  const matches = selection(target, query);
  const asked = query.get('resourceVersion') ?? '';
  response.writeHead(200, { 'content-type': 'application/json' });
  const line = (type: string, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`);
  const send = ({ type, resource, object }: Change) => {
    if (resource === target.resource && matches(object)) line(type, object);
  };
  if (asked === '' || asked === '0') {
    for (const object of store.list(target.resource, target.namespace).filter(matches)) line('ADDED', object);
  } else {
    const missed = store.changesAfter(Number(asked));
    if (missed === undefined) {
      line('ERROR', new ApiStatus(410, 'Expired', `too old resource version: ${asked}`));
      response.end();
      return;
    }
    missed.forEach(send);
  }
  response.flushHeaders();
  const stop = store.listen(send);
  const mark = (annotations?: Readonly<Record<string, string>>) => {
    if (query.get('allowWatchBookmarks') !== 'true') return;
    const { kind } = target.resource;
    const metadata = { resourceVersion: store.version, ...(annotations && { annotations }) };
    line('BOOKMARK', { kind, apiVersion: apiVersionOf(target.resource), metadata });
  };
  // What kubectl uses instead of a list since 1.35.
  if (query.get('sendInitialEvents') === 'true') mark({ 'k8s.io/initial-events-end': 'true' });
  const end = () => {
    mark();
    response.end();
  };
  const marks = setInterval(() => mark(), bookmarkMilliseconds);
  const timer = setTimeout(end, Number(query.get('timeoutSeconds') ?? 1_800) * 1_000);
  response.on('close', () => {
    clearInterval(marks);
    clearTimeout(timer);
    stop();
  });
}

/** `pods/x/log`, with the two 400 answers that a client must handle. */
export function podLog(object: KubeObject, query: URLSearchParams): string {
  const pod = object as Pod;
  const names = pod.spec.containers.map(({ name }) => name);
  const name = query.get('container') ?? (names.length === 1 ? (names[0] ?? '') : '');
  const container = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find((one) => one.name === name);
  if (container === undefined) {
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
    );
  }
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status;
  const status = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === name);
  const hasEnded = status?.lastState.terminated !== undefined;
  if (query.get('previous') === 'true' && !hasEnded) {
    throw badRequest(`previous terminated container "${name}" in pod "${pod.metadata.name}" not found`);
  }
  const waits = status?.state.waiting;
  if ((status === undefined || waits !== undefined) && !hasEnded) {
    const why = waits?.reason ?? 'ContainerCreating';
    throw badRequest(`container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${why}`);
  }
  const lines = logOf(fateOf(container.image), container.image);
  return `${lines.slice(-Number(query.get('tailLines') ?? lines.length)).join('\n')}\n`;
}
