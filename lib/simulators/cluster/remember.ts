import type { Memory } from '../memory.ts';
import type { KubeObject } from './kube-object.ts';
import { keyOf, type Store } from './store.ts';

/** Increase it when the stored form, here or in the kubelet, changes. */
export const clusterMemory = { what: 'cluster', version: 1 } as const;

/** Restores the objects in memory, and from then on stores every change. */
export function rememberObjects(store: Store, memory: Memory): void {
  const [latest] = memory.all<{ readonly version: number }>('version');
  store.restore(memory.all<KubeObject>('object'), latest?.version ?? 0);
  store.listen(({ type, object, version }) => {
    const key = `${object.kind} ${keyOf(object)}`;
    if (type !== 'DELETED') memory.put('object', key, object);
    else {
      memory.remove('object', key);
      // No object has it, and it must not be used again.
      memory.put('version', 'latest', { version });
    }
  });
}
