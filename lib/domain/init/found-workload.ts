import { ownersOf, ownsImage } from '../drift/owned-fields.ts';
import type { JsonObject } from '../json.ts';
import { fieldManager, labels } from '../manifests/marks.ts';
import { parseImage, repositoryAsWritten } from '../rollout/image.ts';
import { isVersion, versionOf } from '../rollout/image-version.ts';
import { desiredReplicas, labelOf, listAt, numberAt, stringAt } from '../rollout/kubernetes-object.ts';
import { type Container, containersOf, podSpecOf } from '../rollout/pod-template.ts';
import type { FoundKind, FoundService } from './found-service.ts';

/** A workload that is left out, and why. */
export interface LeftOut {
  readonly kind: FoundKind;
  readonly namespace: string;
  readonly name: string;
  readonly why: string;
}

export const isLeftOut = (found: FoundService | LeftOut): found is LeftOut => 'why' in found;

/** Reads one workload. A workload that belongs to another object is deployed with that one. */
export const foundService = (kind: FoundKind, object: JsonObject): FoundService | LeftOut => {
  const { name, namespace } = namesOf(object);
  const leave = (why: string): LeftOut => ({ kind, namespace, name, why });
  const [owner] = listAt(object, 'metadata', 'ownerReferences');
  if (owner !== undefined) return leave(`it belongs to ${stringAt(owner, 'kind')} ${stringAt(owner, 'name')}`);
  const containers = containersOf(podSpecOf({ kind }, object));
  const [container, ...others] = mainFirst(containers, name);
  if (container === undefined || container.image === '') return leave('it has no container with an image');
  const image = parseImage(container.image);
  const version = versionOf(image) ?? 'latest';
  if (!isVersion(version, 'docker')) return leave(`the image ${container.image} has no tag that can be deployed`);
  const managedBy = otherThanUs(labelOf(object, labels.managedBy));
  return {
    ...{ pillar: namespace, service: serviceNameOf(name), kind, namespace, name, artifact: 'docker' },
    container: container.name,
    others: others.map((one) => one.name),
    image: repositoryAsWritten(container.image),
    version,
    isScaledToZero: kind !== 'daemonset' && kind !== 'cronjob' && desiredReplicas(object) === 0,
    ...(isUnready(kind, object) ? { isUnready: true } : {}),
    managers: managersOfImage(object, container.name),
    ...(managedBy === undefined ? {} : { managedBy }),
  };
};

/** By its status. A rollout that is stuck keeps the pods of the earlier version, so ready pods alone prove nothing. */
const isUnready = (kind: FoundKind, object: JsonObject): boolean => {
  const of = (field: string): number => numberAt(object, 'status', field);
  if (kind === 'cronjob' || object.status === undefined) return false;
  if (kind === 'daemonset') return of('numberUnavailable') > 0;
  if (kind === 'deployment') return of('unavailableReplicas') > 0;
  return of('readyReplicas') < desiredReplicas(object);
};

const otherThanUs = (manager: string | undefined): string | undefined =>
  manager === fieldManager ? undefined : manager;

const namesOf = (object: JsonObject) => ({
  name: stringAt(object, 'metadata', 'name') ?? '',
  namespace: stringAt(object, 'metadata', 'namespace') ?? '',
});

/** The container named like its workload, else the first. */
const mainFirst = (containers: readonly Container[], name: string): readonly Container[] => {
  const main = containers.find((one) => one.name === name) ?? containers[0];
  return main === undefined ? [] : [main, ...containers.filter((one) => one !== main)];
};

/** Object names may contain dots; service names do not. */
const serviceNameOf = (name: string): string => name.replaceAll('.', '-');

/** By the field of that container. It does not matter who set other fields of the workload. */
const managersOfImage = (object: JsonObject, container: string): readonly string[] => {
  // What is already ours need not be taken over.
  const others = ownersOf(object).filter(({ manager }) => manager !== fieldManager);
  const managers = others.filter(({ fields }) => ownsImage(fields, container)).map(({ manager }) => manager);
  return [...new Set(managers)].sort();
};

/** A service's name is unique in its pillar: of two workloads with the same name, each gets its kind as a suffix. */
export const withOwnNames = (found: readonly FoundService[]): readonly FoundService[] => {
  const counts = Map.groupBy(found, ({ pillar, service }) => `${pillar}/${service}`);
  return found.map((one) =>
    counts.get(`${one.pillar}/${one.service}`)!.length === 1 ? one : { ...one, service: `${one.service}-${one.kind}` },
  );
};
