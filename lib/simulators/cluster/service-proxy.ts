import { ApiStatus, notFound } from './api-status.ts';
import { fateOf } from './fate.ts';
import { isLeaving, isPodReady, type KubeObject, type Pod, type Workload } from './kube-object.ts';
import { resourceOf } from './resources.ts';
import type { Store } from './store.ts';

/** A service's answer, through the API server's proxy. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** `services/{name}:{port}/proxy/{path}`: one of the ready pods answers, by the fate of its image. */
export function proxied(store: Store, namespace: string, address: string, path: string): Answer {
  const name = /^(?:https?:)?([^:]+)/.exec(address)?.[1] ?? address;
  const labels = Object.entries(selectorOf(store, namespace, name));
  const pods = store
    .list(resourceOf('Pod'), namespace)
    .filter((pod) => !isLeaving(pod) && isPodReady(pod))
    .filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value));
  const pod = pods[0] as Pod | undefined;
  if (pod === undefined) {
    throw new ApiStatus(503, 'ServiceUnavailable', `no endpoints available for service "${address}"`);
  }
  const image = pod.spec.containers[0]?.image ?? '';
  return fateOf(image) === 'unhealthy'
    ? { status: 503, body: `degraded: ${path} of ${image} (simulated)\n` }
    : { status: 200, body: `ok: ${path} of ${image} (simulated)\n` };
}

/** A Service's selector; without a Service, the selector of the workload with that name. */
function selectorOf(store: Store, namespace: string, name: string): Readonly<Record<string, string>> {
  const service = store.get(resourceOf('Service'), namespace, name);
  if (service !== undefined) return (service.spec as { selector?: Record<string, string> }).selector ?? {};
  const workload = ['Deployment', 'StatefulSet', 'DaemonSet']
    .map((kind): KubeObject | undefined => store.get(resourceOf(kind), namespace, name))
    .find((one) => one !== undefined) as Workload | undefined;
  if (workload === undefined) throw notFound('services', name);
  return workload.spec.selector?.matchLabels ?? {};
}
