import { fateOf } from './fate.ts';
import type { KubeObject, Pod, PodSpec } from './kube-object.ts';
import { resourceOf } from './resources.ts';
import type { Store } from './store.ts';

/** The API server's message when a namespace has no room for one more pod; undefined if it has. */
export function quotaRefusal(store: Store, namespace: string, { containers }: PodSpec): string | undefined {
  if (containers.some(({ image }) => fateOf(image) === 'quota')) return exceeded('simulated', 0, 0);
  const quotas = store.list(resourceOf('ResourceQuota'), namespace);
  if (quotas.length === 0) return undefined;
  const pods = store.list(resourceOf('Pod'), namespace) as readonly Pod[];
  const used = pods.filter(({ status }) => !['Succeeded', 'Failed'].includes(status.phase)).length;
  const full = quotas.find((quota) => used >= limitOf(quota));
  return full && exceeded(full.metadata.name, used, limitOf(full));
}

function limitOf(quota: KubeObject): number {
  const { hard = {} } = (quota.spec ?? {}) as { readonly hard?: Readonly<Record<string, string>> };
  return Number(hard.pods ?? Number.POSITIVE_INFINITY);
}

const exceeded = (name: string, used: number, limit: number): string =>
  `exceeded quota: ${name}, requested: pods=1, used: pods=${used}, limited: pods=${limit}`;
