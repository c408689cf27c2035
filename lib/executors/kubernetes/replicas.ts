import { isFlotillaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { autoscaler, scales } from '../../domain/manifests/autoscaler.ts';
import { fieldManager } from '../../domain/manifests/marks.ts';
import type { KubernetesObject } from '../../domain/ports.ts';
import { listAt, objectAt, stringAt, valueAt } from '../../domain/rollout/kubernetes-object.ts';
import type { Standing, Work } from './work.ts';

/**
 * Marks objects that a HorizontalPodAutoscaler scales, in the manifests or in the cluster, if we would set or remove
 * their replicas.
 */
export const withScaled = async (work: Work, standing: readonly Standing[]): Promise<readonly Standing[]> => {
  const open = standing.filter(({ wanted, live }) => hasReplicas(wanted.object) || isOursAlone(live));
  if (open.length === 0) return standing;
  const namespaces = [...new Set(open.map(({ wanted }) => stringAt(wanted.object, 'metadata', 'namespace')))];
  const lists = await Promise.all(namespaces.map((namespace) => autoscalersIn(work, namespace)));
  const autoscalers = [...lists.flat(), ...standing.map(({ wanted }) => wanted.object)];
  return standing.map((one) => {
    const isScaled = open.includes(one) && autoscalers.some((by) => scales(by, one.wanted.object));
    return isScaled ? { ...one, isScaled } : one;
  });
};

/**
 * Leaves out the replicas of a scaled object. If we are still their only owner, keeps their value: an owner that drops
 * a field removes it, and replicas would become 1 again.
 */
export const withoutScaled = (object: JsonObject, live: KubernetesObject | undefined): JsonObject => {
  const { replicas: _, ...spec } = objectAt(object, 'spec');
  const replicas = isOursAlone(live) ? replicasOf(live) : undefined;
  return { ...object, spec: replicas === undefined ? spec : { ...spec, replicas } };
};

const replicasOf = (object: KubernetesObject | undefined) => valueAt(object, 'spec', 'replicas');

const hasReplicas = (object: JsonObject): boolean => replicasOf(object) !== undefined;

/** Without the right to list them, the result is a conflict instead, if one has scaled the workload. */
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

const isOursAlone = (live: KubernetesObject | undefined): boolean => {
  const owners = listAt(live, 'metadata', 'managedFields')
    .filter((one) => valueAt(one, 'fieldsV1', 'f:spec', 'f:replicas') !== undefined)
    .map(({ manager }) => manager);
  return owners.length > 0 && owners.every((manager) => manager === fieldManager);
};
