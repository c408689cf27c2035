import { keyOfAddress, nameOfAddress } from '../../domain/drift/applied.ts';
import { driftOfImage } from '../../domain/drift/image-drift.ts';
import { driftOfObject, type FieldDrift } from '../../domain/drift/object-drift.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import { addressOf } from '../../domain/manifests/object-address.ts';
import { apiKindOf } from '../../domain/manifests/workload-object.ts';
import type { WorkloadKind } from '../../domain/plan/plan.ts';
import type { ClusterObjects, KubernetesObject, ObjectAddress, ObjectList } from '../../domain/ports.ts';
import type { SurveyedTarget } from './surveyed-targets.ts';

/** Workloads that stay where they are, and whose image is a release. */
const looked: readonly WorkloadKind[] = ['deployment', 'statefulset', 'daemonset', 'cronjob', 'rollout'];

/** Objects by their addresses; of lists that could not be read nothing is known. */
export class SeenObjects {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #lists = new Set<string>();

  add(list: ObjectList, objects: readonly KubernetesObject[]): void {
    this.#lists.add(keyOfList(list));
    for (const object of objects) {
      const { api_version, kind } = list;
      const { namespace, name } = addressOf(object);
      this.#objects.set(keyOfAddress({ api_version, kind, namespace, name }), object);
    }
  }

  /** `unknown` where nobody has looked. */
  find(address: ObjectAddress): KubernetesObject | undefined | 'unknown' {
    return this.#lists.has(keyOfList(address)) ? this.#objects.get(keyOfAddress(address)) : 'unknown';
  }
}

const keyOfList = ({
  api_version,
  kind,
  namespace = '',
}: Pick<ObjectAddress, 'api_version' | 'kind' | 'namespace'>): string => `${api_version}/${kind}/${namespace}`;

/** Which objects of a target are compared. */
const addressesOf = ({ applied, deployment: { workload } }: SurveyedTarget): readonly ObjectAddress[] => {
  if (applied !== undefined) return applied.objects.map(addressOf);
  const api = looked.includes(workload.kind) ? apiKindOf(workload) : undefined;
  return api === undefined ? [] : [{ ...api, namespace: workload.namespace, name: workload.name }];
};

/** One list for each kind in each namespace, whatever the number of targets. A kind that may not be read is left out. */
export const lookAtObjects = async (
  objects: ClusterObjects,
  targets: readonly SurveyedTarget[],
): Promise<SeenObjects> => {
  const lists = new Map(
    targets.flatMap(addressesOf).map(({ api_version, kind, namespace }) => {
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

/** What of a target is not as it was deployed, as far as it could be seen. */
export const driftOf = (target: SurveyedTarget, seen: SeenObjects): readonly FieldDrift[] => {
  const { applied, deployment, now } = target;
  if (applied !== undefined) {
    return applied.objects.flatMap((object) => {
      const address = addressOf(object);
      const live = seen.find(address);
      return live === 'unknown' ? [] : driftOfObject({ name: nameOfAddress(address), applied: object, live });
    });
  }
  const [address] = addressesOf(target);
  const live = address === undefined ? 'unknown' : seen.find(address);
  if (address === undefined || live === 'unknown' || now.image === undefined) return [];
  return driftOfImage({ name: nameOfAddress(address), workload: deployment.workload, image: now.image, live });
};
