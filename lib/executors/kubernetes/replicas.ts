import { isFlotillaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { fieldManager } from '../../domain/manifests/marks.ts';
import type { RenderedObject } from '../../domain/manifests/render-manifests.ts';
import type { KubernetesObject } from '../../domain/ports.ts';
import { listAt, objectAt, stringAt, valueAt } from '../../domain/rollout/kubernetes-object.ts';
import type { Standing, Work } from './work.ts';

const autoscaler = { api_version: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' } as const;

/**
 * Without the replicas of what is scaled by a HorizontalPodAutoscaler, in the manifests or in the cluster. Where they are ours alone as
 * yet, they stay as they are: an owner that does not say a field any more takes it away, and it would be 1 again.
 */
export const withoutScaled = async (work: Work, standing: readonly Standing[]): Promise<readonly Standing[]> => {
  const scaled = standing.filter(({ wanted }) => hasReplicas(wanted.object));
  if (scaled.length === 0) return standing;
  const namespaces = [...new Set(scaled.map(({ wanted }) => stringAt(wanted.object, 'metadata', 'namespace')))];
  const lists = await Promise.all(namespaces.map((namespace) => autoscalersIn(work, namespace)));
  const autoscalers = [...lists.flat(), ...standing.map(({ wanted }) => wanted.object)];
  return standing.map((one) => {
    const { wanted, live } = one;
    const isScaled = hasReplicas(wanted.object) && autoscalers.some((by) => scales(by, wanted.object));
    return isScaled ? { live, wanted: withReplicas(wanted, isOursAlone(live) ? replicasOf(live) : undefined) } : one;
  });
};

const replicasOf = (object: KubernetesObject | undefined) => valueAt(object, 'spec', 'replicas');

const hasReplicas = (object: JsonObject): boolean => replicasOf(object) !== undefined;

/** Who may not list them is told of a conflict instead, where one has scaled the workload. */
export const autoscalersIn = async (
  { objects }: Work,
  namespace: string | undefined,
): Promise<readonly KubernetesObject[]> => {
  try {
    return await objects.list({ ...autoscaler, namespace, labels: {} });
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable') && error.details.status === 403) return [];
    throw error;
  }
};

export const scales = (autoscaler: JsonObject, object: JsonObject): boolean => {
  if (autoscaler.kind !== 'HorizontalPodAutoscaler') return false;
  const { kind, name } = objectAt(autoscaler, 'spec', 'scaleTargetRef');
  const namespace = (one: JsonObject) => stringAt(one, 'metadata', 'namespace');
  return (
    kind === object.kind && name === stringAt(object, 'metadata', 'name') && namespace(autoscaler) === namespace(object)
  );
};

const isOursAlone = (live: KubernetesObject | undefined): boolean => {
  const owners = listAt(live, 'metadata', 'managedFields')
    .filter((one) => valueAt(one, 'fieldsV1', 'f:spec', 'f:replicas') !== undefined)
    .map(({ manager }) => manager);
  return owners.length > 0 && owners.every((manager) => manager === fieldManager);
};

const withReplicas = (wanted: RenderedObject, replicas: ReturnType<typeof replicasOf>): RenderedObject => {
  const { replicas: _, ...spec } = objectAt(wanted.object, 'spec');
  return { ...wanted, object: { ...wanted.object, spec: replicas === undefined ? spec : { ...spec, replicas } } };
};
