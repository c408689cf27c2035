import type { JsonObject } from '../json.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';

/** What others need comes first (the order of Helm's `InstallOrder`). What is not named stands after all that is, but for `last`. */
const first: readonly string[] = [
  ...['PriorityClass', 'Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodDisruptionBudget'],
  ...['ServiceAccount', 'Secret', 'ConfigMap', 'StorageClass', 'PersistentVolume', 'PersistentVolumeClaim'],
  ...['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Service'],
  ...['DaemonSet', 'Pod', 'ReplicationController', 'ReplicaSet', 'Deployment', 'Rollout', 'HorizontalPodAutoscaler'],
  ...['StatefulSet', 'Job', 'CronJob', 'IngressClass', 'Ingress', 'APIService'],
];
/** These stop what is applied after them where what they ask does not run yet. */
const last: readonly string[] = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** The smaller is applied first, and deleted last. */
export const kindOrder = (kind: string): number => {
  const at = first.indexOf(kind);
  if (at >= 0) return at;
  return last.includes(kind) ? first.length + 1 + last.indexOf(kind) : first.length;
};

/** Of one kind, in the order given. */
export const inKindOrder = <One extends { readonly object: JsonObject }>(objects: readonly One[]): readonly One[] =>
  objects.toSorted((a, b) => orderOf(a) - orderOf(b));

const orderOf = ({ object }: { readonly object: JsonObject }): number => kindOrder(stringAt(object, 'kind') ?? '');
