import { type Control, withCondition } from '../control.ts';
import type { Condition, KubeObject } from '../kube-object.ts';
import { resourceOf } from '../resources.ts';

interface Reference {
  readonly name?: string;
  readonly kind?: string;
}

interface Route extends KubeObject {
  readonly spec: {
    readonly parentRefs?: readonly Reference[];
    readonly rules?: readonly { readonly backendRefs?: readonly Reference[] }[];
  };
  status?: { parents?: readonly { readonly conditions?: readonly Condition[] }[] };
}

const services = resourceOf('Service', 'v1');

/** A gateway's status for a route: whether it accepts the route, and whether the backends exist. */
export function reconcileHttpRoute(control: Control, object: KubeObject): void {
  const route = object as Route;
  const refs = route.spec?.rules?.flatMap(({ backendRefs = [] }) => backendRefs) ?? [];
  const { namespace = '' } = route.metadata;
  const lost = refs.find(({ name = '' }) => control.store.get(services, namespace, name) === undefined);
  const resolved: Condition =
    lost === undefined
      ? { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs', message: 'all backends are there' }
      : { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', message: `no Service ${lost.name}` };
  const accepted: Condition = { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'the route is taken' };
  control.store.update(object, (draft) => {
    const of = draft as Route;
    of.status = {
      parents: (of.spec?.parentRefs ?? []).map((parentRef, at) => {
        const before = of.status?.parents?.[at]?.conditions;
        const conditions = [accepted, resolved].reduce(
          (all, condition) => withCondition(all, condition, control.now()),
          [...(before ?? [])],
        );
        const observedGeneration = of.metadata.generation;
        return {
          ...{ parentRef, controllerName: 'simulated.example/gateway' },
          conditions: conditions.map((condition) => ({ ...condition, observedGeneration })),
        };
      }),
    };
  });
}
