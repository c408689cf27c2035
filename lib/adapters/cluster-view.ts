import type { Workload, WorkloadKind } from '../domain/plan/plan.ts';
import type { KubernetesObject, WorkloadView } from '../domain/ports.ts';

/** One LIST: a resource in a namespace, and what of it is worth keeping. */
export interface Listing {
  readonly key: string;
  readonly kind: string;
  readonly path: string;
  /** Names that were asked for. Of the others only those count that belong to what is kept already. */
  readonly names: ReadonlySet<string>;
}

interface Resource {
  readonly kind: string;
  readonly root: string;
  readonly plural: string;
}

const pods: Resource = { kind: 'Pod', root: '/api/v1', plural: 'pods' };
const controllerRevisions: Resource = {
  kind: 'ControllerRevision',
  root: '/apis/apps/v1',
  plural: 'controllerrevisions',
};
const jobs: Resource = { kind: 'Job', root: '/apis/batch/v1', plural: 'jobs' };

/** What is read for a kind: the object, its revisions, its pods. A new kind is one row. */
const reads: Readonly<Record<WorkloadKind, { readonly own: Resource; readonly revisions?: Resource }>> = {
  deployment: {
    own: { kind: 'Deployment', root: '/apis/apps/v1', plural: 'deployments' },
    revisions: { kind: 'ReplicaSet', root: '/apis/apps/v1', plural: 'replicasets' },
  },
  statefulset: {
    own: { kind: 'StatefulSet', root: '/apis/apps/v1', plural: 'statefulsets' },
    revisions: controllerRevisions,
  },
  daemonset: {
    own: { kind: 'DaemonSet', root: '/apis/apps/v1', plural: 'daemonsets' },
    revisions: controllerRevisions,
  },
  job: { own: jobs },
  cronjob: { own: { kind: 'CronJob', root: '/apis/batch/v1', plural: 'cronjobs' }, revisions: jobs },
  pod: { own: pods },
};

const keyOf = ({ plural }: Resource, namespace: string): string => `${namespace}/${plural}`;

/** Owners before what they own: a namespace may have thousands of objects, and few of them are asked for. */
const stages: readonly (readonly Resource[])[] = [
  (['deployment', 'statefulset', 'daemonset', 'cronjob'] as const).map((kind) => reads[kind].own),
  [reads.deployment.revisions!, controllerRevisions, jobs],
  [pods],
];

/** The LISTs that these workloads need together, each once, in stages: a later one needs to know what the earlier kept. */
export const listingsOf = (workloads: readonly Workload[]): readonly (readonly Listing[])[] => {
  const needed = workloads.flatMap(({ kind, namespace }) => {
    const { own, revisions } = reads[kind];
    return [own, ...(revisions === undefined ? [] : [revisions]), pods].map((resource) => ({ resource, namespace }));
  });
  const namesOf = (resource: Resource, namespace: string): ReadonlySet<string> =>
    new Set(
      workloads
        .filter((one) => reads[one.kind].own === resource && one.namespace === namespace)
        .map(({ name }) => name),
    );
  return stages.map((stage) => {
    const ofStage = needed.filter(({ resource }) => stage.includes(resource));
    const each = new Map(ofStage.map((one) => [keyOf(one.resource, one.namespace), one]));
    return [...each].map(([key, { resource, namespace }]) => ({
      key,
      kind: resource.kind,
      path: `${resource.root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`,
      names: namesOf(resource, namespace),
    }));
  });
};

/** Whether an object of a list was asked for, or belongs to one that is kept. */
export const isWanted = (object: KubernetesObject, names: ReadonlySet<string>, kept: ReadonlySet<string>): boolean => {
  const { name, ownerReferences = [] } = metadataOf(object);
  return names.has(name) || ownerReferences.some(({ uid }) => kept.has(uid));
};

export const uidOf = (object: KubernetesObject): string => metadataOf(object).uid;

/** What an owner owns, by its uid. */
export type Ownership = ReadonlyMap<string, readonly KubernetesObject[]>;

export function ownershipOf(objects: readonly KubernetesObject[]): Ownership {
  const owned = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    for (const { uid } of metadataOf(object).ownerReferences ?? []) {
      const list = owned.get(uid);
      if (list === undefined) owned.set(uid, [object]);
      else list.push(object);
    }
  }
  return owned;
}

/** Puts one workload's view together from the lists. */
export function viewOf(
  workload: Workload,
  objects: ReadonlyMap<string, readonly KubernetesObject[]>,
  ownership: Ownership,
): WorkloadView {
  const { own, revisions } = reads[workload.kind];
  const all = objects.get(keyOf(own, workload.namespace)) ?? [];
  const object = all.find((one) => metadataOf(one).name === workload.name);
  if (object === undefined) return { revisions: [], pods: [] };
  if (workload.kind === 'pod') return { workload: object, revisions: [], pods: [object] };
  const children = (owner: KubernetesObject, kind: string) =>
    (ownership.get(metadataOf(owner).uid) ?? []).filter((child) => child.kind === kind);
  const between = revisions === undefined ? [] : children(object, revisions.kind);
  // Pods hang on the ReplicaSets and Jobs between, or on the object itself.
  const owners = revisions === undefined || revisions === controllerRevisions ? [object] : between;
  return { workload: object, revisions: between, pods: owners.flatMap((owner) => children(owner, 'Pod')) };
}

interface Metadata {
  readonly name: string;
  readonly uid: string;
  readonly ownerReferences?: readonly { readonly uid: string }[];
}

const metadataOf = (object: KubernetesObject): Metadata => object.metadata as unknown as Metadata;
