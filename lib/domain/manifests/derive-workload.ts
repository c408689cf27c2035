import type { Workload } from '../plan/plan.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import { type ManifestObject, objectTitle } from './manifest-object.ts';
import { hookOf } from './render-manifests.ts';
import { workloadKindOf } from './workload-object.ts';

/** Kinds that we can follow and that run something. */
const isService = ({ object }: ManifestObject): boolean => {
  const kind = workloadKindOf(object);
  return kind !== undefined && kind !== 'pod' && kind !== 'certificate' && hookOf(object) === undefined;
};

/**
 * Finds the service's object if the catalogue does not name it: the one with the service's name, or else the only one
 * whose rollout can be verified. `namespace` is for objects that name none.
 */
export const deriveWorkload = (
  objects: readonly ManifestObject[],
  service: string,
  namespace: string,
): Workload | { readonly problem: string; readonly hint: string } => {
  const possible = objects.filter(isService);
  const named = possible.filter(({ object }) => stringAt(object, 'metadata', 'name') === service);
  const [only, ...others] = named.length > 0 ? named : possible;
  if (only === undefined) {
    const problem = 'they contain no object whose rollout can be verified';
    return {
      problem,
      hint: 'a Deployment, a StatefulSet, a DaemonSet, a Job, a CronJob, a Rollout or a Knative Service',
    };
  }
  if (others.length > 0) {
    const found = [only, ...others].slice(0, 10).map(({ object }) => objectTitle(object));
    const problem = `it is not clear which of them is the service ${service}: ${found.join(', ')}`;
    return { problem, hint: 'set the kind and name of the service in the configuration' };
  }
  const { object } = only;
  return {
    kind: workloadKindOf(object)!,
    name: stringAt(object, 'metadata', 'name')!,
    namespace: stringAt(object, 'metadata', 'namespace') ?? namespace,
  };
};
