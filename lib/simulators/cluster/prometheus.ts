import { fateOf } from './fate.ts';
import { isPodReady, type KubeObject, type Pod } from './kube-object.ts';
import { resourceOf } from './resources.ts';
import type { Answer } from './service-proxy.ts';
import type { Store } from './store.ts';

/** Where it is, in every simulated cluster. There is no such Service: only the API server's proxy answers. */
export const prometheusPlace = { namespace: 'monitoring', service: 'prometheus:9090' };

/** A query's result for healthy pods, and for an image whose fate is `errors`. */
const good = 0.2;
const bad = 50;

const mostPoints = 11_000;

/**
 * A Prometheus that understands only the workload names in a query. Its one series has a point for each time at which a
 * pod of such a workload was ready. The fate of the pod's image decides the value. It computes everything from the
 * current pods.
 */
export const prometheusAnswer = (store: Store, path: string, query: URLSearchParams): Answer => {
  if (!path.endsWith('/api/v1/query_range')) return { status: 404, body: '404 page not found\n' };
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(query.get(name) ?? Number.NaN));
  const text = query.get('query') ?? '';
  if (text === '')
    return problem('invalid parameter "query": unknown position: parse error: no expression found in input');
  if (!isTime(start) || !isTime(end) || !isTime(step) || step <= 0 || end < start) {
    return problem('invalid parameter "start", "end" or "step": cannot parse to a valid timestamp');
  }
  if ((end - start) / step > mostPoints) return problem('exceeded maximum resolution of 11,000 points per timeseries');
  const pods = podsIn(store, text);
  const values: [number, string][] = [];
  for (let at = start; at <= end; at += step) {
    const ready = pods.filter(({ since }) => since <= at * 1_000);
    if (ready.length > 0) values.push([at, String(ready.some(({ isBad }) => isBad) ? bad : good)]);
  }
  const result = values.length === 0 ? [] : [{ metric: {}, values }];
  return { status: 200, body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }) };
};

const isTime = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);

const problem = (error: string): Answer => ({
  status: 400,
  body: JSON.stringify({ status: 'error', errorType: 'bad_data', error }),
});

interface ReadyPod {
  readonly isBad: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const podsIn = (store: Store, text: string): readonly ReadyPod[] => {
  const namespace = /\bnamespace="([^"]*)"/.exec(text)?.[1];
  const pods = store.list(resourceOf('Pod'), namespace) as readonly Pod[];
  return pods
    .filter((pod) => isPodReady(pod) && isNamed(text, workloadOf(store, pod)))
    .map((pod) => ({
      isBad: pod.spec.containers.some(({ image }) => fateOf(image) === 'errors'),
      since: Date.parse(pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? ''),
    }));
};

/** The name alone, or as the name of its pods in an expression: `web-canary-.*` does not mention `web`. */
const isNamed = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w.-])${name.replaceAll('.', '\\.')}(?:-[.[(].*)?(?![\\w.-])`).test(text);

/** The top-level owner: nobody refers to the ReplicaSet in between. */
const workloadOf = (store: Store, pod: KubeObject): string => {
  const [owner] = pod.metadata.ownerReferences ?? [];
  if (owner === undefined) return pod.metadata.name;
  if (owner.kind !== 'ReplicaSet') return owner.name;
  const set = store.get(resourceOf('ReplicaSet'), pod.metadata.namespace ?? '', owner.name);
  return set?.metadata.ownerReferences?.[0]?.name ?? owner.name;
};
