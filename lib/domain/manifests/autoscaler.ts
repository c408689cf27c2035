import type { JsonObject } from '../json.ts';
import { objectAt, stringAt } from '../rollout/kubernetes-object.ts';

/** The API kind that sets replicas automatically. */
export const autoscaler = { api_version: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' } as const;

/** Whether the first object is a HorizontalPodAutoscaler of the second. */
export const scales = (autoscaler: JsonObject, object: JsonObject): boolean => {
  if (autoscaler.kind !== 'HorizontalPodAutoscaler') return false;
  const { kind, name } = objectAt(autoscaler, 'spec', 'scaleTargetRef');
  const namespace = (one: JsonObject) => stringAt(one, 'metadata', 'namespace');
  return (
    kind === object.kind && name === stringAt(object, 'metadata', 'name') && namespace(autoscaler) === namespace(object)
  );
};
