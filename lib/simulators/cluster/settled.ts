import { isPodReady, type KubeObject, type Workload } from './kube-object.ts';
import { resourceOf } from './resources.ts';
import type { Store } from './store.ts';

/** Whether a seeded workload runs as its manifest says; for a Job, whether it has ended. */
export function isRolledOut(store: Store, made: KubeObject): boolean {
  const { namespace = '', name } = made.metadata;
  const object = store.get(resourceOf(made.kind), namespace, name) as Workload | undefined;
  if (object === undefined) return true;
  const status = object.status ?? {};
  const replicas = object.spec.replicas ?? 1;
  const isObserved = status.observedGeneration === object.metadata.generation;
  switch (object.kind) {
    case 'Deployment':
      return isObserved && count(status.availableReplicas) === replicas && count(status.replicas) === replicas;
    case 'StatefulSet':
      return isObserved && count(status.readyReplicas) === replicas && count(status.updatedReplicas) === replicas;
    case 'DaemonSet':
      return isObserved && count(status.numberReady) === count(status.desiredNumberScheduled);
    case 'Job':
      return (status.conditions ?? []).length > 0;
    case 'Pod':
      return isPodReady(object);
    default:
      return true;
  }
}

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
