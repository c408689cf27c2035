import type { PlannedDeployment } from '../plan/plan.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import type { HookTime } from './check-identity.ts';
import { isNamespaced } from './cluster-scoped.ts';
import { inKindOrder } from './kind-order.ts';
import type { KubernetesSettings, ManifestOrigin } from './kubernetes-settings.ts';
import type { ManifestObject } from './manifest-object.ts';
import { hookOf } from './render-manifests.ts';

/** An object that would be applied. */
export interface ObjectPreview {
  readonly api_version: string;
  readonly kind: string;
  /** Absent for kinds without one. */
  readonly namespace?: string;
  readonly name: string;
  /** When it runs, if it is a hook. */
  readonly hook?: HookTime;
}

/** What a deployment would apply. */
export interface ManifestsPreview {
  /** Absent until they have been fetched. */
  readonly sha256?: string;
  /** Where they come from; absent if the batch or the configuration contains them. */
  readonly from?: ManifestOrigin;
  readonly revision?: string;
  /** Seconds that the Argo Rollout in them pauses by itself. An attempt's timeout grows by as much. */
  readonly pause_seconds?: number;
  /** They are fetched and checked only when the batch is really planned. */
  readonly not_resolved?: true;
  /** The number of objects; absent until known. */
  readonly objects?: number;
  /** The first hundred, in the order in which they would be applied. */
  readonly applied?: readonly ObjectPreview[];
}

const mostShown = 100;

/** What a planned deployment would apply, as far as its manifests are known. */
export const previewManifests = (
  { executor, workload }: Pick<PlannedDeployment, 'executor' | 'workload'>,
  texts: ReadonlyMap<string, { readonly objects: readonly ManifestObject[] }>,
): ManifestsPreview | undefined => {
  const { manifests } = (executor.name === 'kubernetes' ? executor.settings : {}) as KubernetesSettings;
  if (manifests === undefined) return undefined;
  const { sha256 } = manifests;
  const known = sha256 === undefined ? undefined : texts.get(sha256)?.objects;
  if (known === undefined) return { ...manifests, ...(sha256 === undefined ? { not_resolved: true } : {}) };
  const applied = inTurn(known).slice(0, mostShown);
  return { ...manifests, objects: known.length, applied: applied.map((one) => previewObject(one, workload.namespace)) };
};

/** Hooks before, then objects in dependency order, then hooks after. */
const inTurn = (objects: readonly ManifestObject[]): readonly ManifestObject[] => {
  const at = (time: HookTime | undefined) => objects.filter(({ object }) => hookOf(object) === time);
  return [...at('before'), ...inKindOrder(at(undefined)), ...at('after')];
};

const previewObject = ({ object }: ManifestObject, usual: string): ObjectPreview => {
  const api_version = stringAt(object, 'apiVersion') ?? '';
  const kind = stringAt(object, 'kind') ?? '';
  const namespace = stringAt(object, 'metadata', 'namespace') ?? usual;
  const hook = hookOf(object);
  return {
    ...{ api_version, kind },
    ...(isNamespaced(api_version, kind) ? { namespace } : {}),
    name: stringAt(object, 'metadata', 'name') ?? '',
    ...(hook === undefined ? {} : { hook }),
  };
};
