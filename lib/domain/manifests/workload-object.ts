import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import { apiGroupOf, type ManifestObject } from './manifest-object.ts';

/** Our service kinds, as Kubernetes names them. */
const kinds: Readonly<
  Record<Exclude<WorkloadKind, 'custom'>, { readonly api_version: string; readonly kind: string }>
> = {
  deployment: { api_version: 'apps/v1', kind: 'Deployment' },
  statefulset: { api_version: 'apps/v1', kind: 'StatefulSet' },
  daemonset: { api_version: 'apps/v1', kind: 'DaemonSet' },
  job: { api_version: 'batch/v1', kind: 'Job' },
  cronjob: { api_version: 'batch/v1', kind: 'CronJob' },
  pod: { api_version: 'v1', kind: 'Pod' },
  rollout: { api_version: 'argoproj.io/v1alpha1', kind: 'Rollout' },
  'knative-service': { api_version: 'serving.knative.dev/v1', kind: 'Service' },
  certificate: { api_version: 'cert-manager.io/v1', kind: 'Certificate' },
};

/** The API kind of the service's object. Undefined for `custom`: the catalogue has only its plural. */
export const apiKindOf = ({
  kind,
}: Pick<Workload, 'kind'>): { readonly api_version: string; readonly kind: string } | undefined =>
  kind === 'custom' ? undefined : kinds[kind];

/** Which of our kinds an object is; undefined for others. */
export const workloadKindOf = (object: JsonObject): Exclude<WorkloadKind, 'custom'> | undefined => {
  const group = apiGroupOf(stringAt(object, 'apiVersion') ?? '');
  const kind = stringAt(object, 'kind');
  const names = Object.keys(kinds) as Exclude<WorkloadKind, 'custom'>[];
  return names.find((name) => kinds[name].kind === kind && apiGroupOf(kinds[name].api_version) === group);
};

/** Whether an object is that workload. An object without a namespace is in the workload's. */
export const isObjectOf = (workload: Workload, object: JsonObject): boolean => {
  const namespace = stringAt(object, 'metadata', 'namespace') ?? workload.namespace;
  const isNamed = stringAt(object, 'metadata', 'name') === workload.name && namespace === workload.namespace;
  return isNamed && isOfKind(workload, object);
};

const isOfKind = ({ kind, resource }: Workload, object: JsonObject): boolean => {
  if (kind !== 'custom') return workloadKindOf(object) === kind;
  if (resource === undefined) return false;
  const plural = pluralOf((stringAt(object, 'kind') ?? '').toLowerCase());
  return (
    apiGroupOf(stringAt(object, 'apiVersion') ?? '') === apiGroupOf(resource.api_version) && plural === resource.plural
  );
};

/** Guesses like apimachinery (UnsafeGuessKindToResource). */
const pluralOf = (kind: string): string => {
  if (kind.endsWith('s')) return `${kind}es`;
  return kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
};

export const findWorkload = <One extends Pick<ManifestObject, 'object'>>(
  objects: readonly One[],
  workload: Workload,
): One | undefined => objects.find(({ object }) => isObjectOf(workload, object));
