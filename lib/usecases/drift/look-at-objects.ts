import { keyOfAddress, nameOfAddress } from '../../domain/drift/applied.ts';
import { driftOfImage } from '../../domain/drift/image-drift.ts';
import { driftOfObject, type FieldDrift } from '../../domain/drift/object-drift.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { autoscaler, scales } from '../../domain/manifests/autoscaler.ts';
import { addressOf } from '../../domain/manifests/object-address.ts';
import { apiKindOf } from '../../domain/manifests/workload-object.ts';
import type { Workload, WorkloadKind } from '../../domain/plan/plan.ts';
import type { ClusterObjects, KubernetesObject, ObjectAddress, ObjectList } from '../../domain/ports.ts';
import { valueAt } from '../../domain/rollout/kubernetes-object.ts';
import type { SurveyedTarget } from './surveyed-targets.ts';

/** Kinds of workload that stay in place and whose image is a release. */
const looked: readonly WorkloadKind[] = ['deployment', 'statefulset', 'daemonset', 'cronjob', 'rollout'];

type ListName = Pick<ObjectAddress, 'api_version' | 'kind' | 'namespace'>;

/** Objects by address. Lists that could not be read are unknown. */
export class SeenObjects {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #lists = new Map<string, readonly KubernetesObject[]>();

  add(list: ObjectList, objects: readonly KubernetesObject[]): void {
    this.#lists.set(keyOfList(list), objects);
    for (const object of objects) {
      const { api_version, kind } = list;
      const { namespace, name } = addressOf(object);
      this.#objects.set(keyOfAddress({ api_version, kind, namespace, name }), object);
    }
  }

  /** All objects of one kind seen in a namespace. */
  all(list: ListName): readonly KubernetesObject[] {
    return this.#lists.get(keyOfList(list)) ?? [];
  }

  /** `unknown` if its list was not read. */
  find(address: ObjectAddress): KubernetesObject | undefined | 'unknown' {
    return this.#lists.has(keyOfList(address)) ? this.#objects.get(keyOfAddress(address)) : 'unknown';
  }
}

const hasReplicas = (object: JsonObject): boolean => valueAt(object, 'spec', 'replicas') !== undefined;

/** Lists that show whether something else may scale the target's objects. */
const autoscalersOf = ({ applied }: SurveyedTarget): readonly ListName[] =>
  (applied?.objects ?? []).filter(hasReplicas).map((one) => ({ ...autoscaler, namespace: addressOf(one).namespace }));

const keyOfList = ({ api_version, kind, namespace = '' }: ListName): string => `${api_version}/${kind}/${namespace}`;

/** The objects of a target to compare. */
const addressesOf = ({ applied, deployment: { workload } }: SurveyedTarget): readonly ObjectAddress[] => {
  if (applied !== undefined) return applied.objects.map(addressOf);
  const address = workloadAddress(workload);
  return address === undefined ? [] : [address];
};

/** Undefined if the workload doesn't stay in place, or its image isn't a release. */
export const workloadAddress = (workload: Workload): ObjectAddress | undefined => {
  const api = looked.includes(workload.kind) ? apiKindOf(workload) : undefined;
  return api && { ...api, namespace: workload.namespace, name: workload.name };
};

/** Reads one list per kind and namespace, however many targets there are. Skips kinds that may not be read. */
export const lookAtObjects = async (
  objects: ClusterObjects,
  targets: readonly SurveyedTarget[],
): Promise<SeenObjects> => {
  const lists = new Map(
    [...targets.flatMap(addressesOf), ...targets.flatMap(autoscalersOf)].map(({ api_version, kind, namespace }) => {
      const list: ObjectList = { api_version, kind, namespace, labels: {} };
      return [keyOfList(list), list] as const;
    }),
  );
  const seen = new SeenObjects();
  for (const list of lists.values()) {
    const read = await objects.list(list).catch((error: unknown) => {
      if (isFlotillaError(error, 'ClusterUnavailable') && error.details.status === 403) return undefined;
      throw error;
    });
    if (read !== undefined) seen.add(list, read);
  }
  return seen;
};

/** How a target differs from what was deployed, as far as it could be seen. */
export const driftOf = (target: SurveyedTarget, seen: SeenObjects): readonly FieldDrift[] => {
  const { applied, deployment, now } = target;
  if (applied !== undefined) {
    return applied.objects.flatMap((object) => {
      const address = addressOf(object);
      const live = seen.find(address);
      if (live === 'unknown') return [];
      const autoscalers = hasReplicas(object)
        ? [...applied.objects, ...seen.all({ ...autoscaler, namespace: address.namespace })]
        : [];
      const isScaled = autoscalers.some((by) => scales(by, object));
      return driftOfObject({ name: nameOfAddress(address), applied: object, live, isScaled });
    });
  }
  const [address] = addressesOf(target);
  const live = address === undefined ? 'unknown' : seen.find(address);
  if (address === undefined || live === 'unknown' || now.image === undefined) return [];
  return driftOfImage({ name: nameOfAddress(address), workload: deployment.workload, image: now.image, live });
};
