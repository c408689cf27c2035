import type { JsonObject } from '../json.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';

/**
 * What others need comes first (the order of Helm's `InstallOrder`). Unlisted kinds come after these and before `last`.
 */
const first: readonly string[] = [
  ...['PriorityClass', 'Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodDisruptionBudget'],
  ...['ServiceAccount', 'Secret', 'ConfigMap', 'StorageClass', 'PersistentVolume', 'PersistentVolumeClaim'],
  ...['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Service'],
  ...['DaemonSet', 'Pod', 'ReplicationController', 'ReplicaSet', 'Deployment', 'Rollout', 'HorizontalPodAutoscaler'],
  ...['StatefulSet', 'Job', 'CronJob', 'IngressClass', 'Ingress', 'APIService'],
];
/** Webhooks block later objects while the service behind them does not run yet. */
const last: readonly string[] = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** Smaller is applied first and deleted last. */
export const kindOrder = (kind: string): number => {
  const at = first.indexOf(kind);
  if (at >= 0) return at;
  return last.includes(kind) ? first.length + 1 + last.indexOf(kind) : first.length;
};

/** Keeps the given order within a kind. */
export const inKindOrder = <One extends { readonly object: JsonObject }>(objects: readonly One[]): readonly One[] =>
  objects.toSorted((a, b) => orderOf(a) - orderOf(b));

const orderOf = ({ object }: { readonly object: JsonObject }): number => kindOrder(stringAt(object, 'kind') ?? '');
