import type { Memory } from '../memory.ts';
import type { KubeObject } from './kube-object.ts';
import { keyOf, type Store } from './store.ts';

/** To be raised when what is kept here, or by the kubelet, cannot be read as before. */
export const clusterMemory = { what: 'cluster', version: 1 } as const;

/** Puts the objects back that the memory holds, and from then on every change into it. */
export function rememberObjects(store: Store, memory: Memory): void {
  const [latest] = memory.all<{ readonly version: number }>('version');
  store.restore(memory.all<KubeObject>('object'), latest?.version ?? 0);
  store.listen(({ type, object, version }) => {
    const key = `${object.kind} ${keyOf(object)}`;
    if (type !== 'DELETED') memory.put('object', key, object);
    else {
      memory.remove('object', key);
      // No object has it, and it must not come again.
      memory.put('version', 'latest', { version });
    }
  });
}
