import type { CustomResource, Workload, WorkloadKind } from '../domain/plan/plan.ts';
import type { KubernetesObject, WorkloadView } from '../domain/ports.ts';

/** A resource in a namespace. */
export interface Place {
  readonly key: string;
  readonly kind: string;
  readonly path: string;
}

/** One LIST: a place, and which of its objects to keep. */
export interface Listing extends Place {
  /** The requested names. Of the others, only those that belong to a kept object count. */
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

const replicaSets: Resource = { kind: 'ReplicaSet', root: '/apis/apps/v1', plural: 'replicasets' };

interface Reads {
  readonly own: Resource;
  readonly revisions?: Resource;
  /** Kinds whose pods say nothing: new pods look like earlier ones, or there are none. */
  readonly withoutPods?: true;
}

/** What is read for a kind: the object, its revisions, its pods. A new kind is one row. */
const reads: Readonly<Record<Exclude<WorkloadKind, 'custom'>, Reads>> = {
  deployment: {
    own: { kind: 'Deployment', root: '/apis/apps/v1', plural: 'deployments' },
    revisions: replicaSets,
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
  rollout: {
    own: { kind: 'Rollout', root: '/apis/argoproj.io/v1alpha1', plural: 'rollouts' },
    revisions: replicaSets,
  },
  'knative-service': {
    own: { kind: 'Service', root: '/apis/serving.knative.dev/v1', plural: 'services' },
    withoutPods: true,
  },
  certificate: {
    own: { kind: 'Certificate', root: '/apis/cert-manager.io/v1', plural: 'certificates' },
    withoutPods: true,
  },
};

/** The catalogue has no kind for other objects, and nothing asks for them. */
const custom = ({ api_version, plural }: CustomResource): Reads => {
  const root = `/${api_version.includes('/') ? 'apis' : 'api'}/${api_version}`;
  return { own: { kind: plural, root, plural }, withoutPods: true };
};

const readsOf = ({ kind, resource }: Workload): Reads => {
  if (kind !== 'custom') return reads[kind];
  if (resource === undefined) throw new Error('a workload of the kind custom says no resource');
  return custom(resource);
};

const common = ['/api/v1', '/apis/apps/v1', '/apis/batch/v1'];

/** Two groups may have resources of the same name. */
const keyOf = ({ root, plural }: Resource, namespace: string): string =>
  common.includes(root) ? `${namespace}/${plural}` : `${namespace}${root}/${plural}`;

/** Owners before what they own: a namespace may have thousands of objects, and few are wanted. */
const stages: readonly ((resource: Resource) => boolean)[] = [
  (resource) => resource !== pods && !between.includes(resource),
  (resource) => between.includes(resource),
  (resource) => resource === pods,
];
const between: readonly Resource[] = [replicaSets, controllerRevisions, jobs];

/**
 * The LISTs that these workloads need together, each once, in stages: a later stage depends on what an earlier one
 * kept.
 */
export const listingsOf = (workloads: readonly Workload[]): readonly (readonly Listing[])[] => {
  const needed = workloads.flatMap((workload) =>
    resourcesOf(workload).map((resource) => ({ resource, namespace: workload.namespace })),
  );
  const namesOf = (key: string): ReadonlySet<string> =>
    new Set(workloads.filter((one) => keyOf(readsOf(one).own, one.namespace) === key).map(({ name }) => name));
  return stages.map((isOfStage) => {
    const ofStage = needed.filter(({ resource }) => isOfStage(resource));
    const each = new Map(ofStage.map((one) => [keyOf(one.resource, one.namespace), one]));
    return [...each].map(([key, { resource, namespace }]) => ({
      ...placeOf(resource, namespace),
      names: namesOf(key),
    }));
  });
};

/** Its own first, each once. */
const resourcesOf = (workload: Workload): readonly Resource[] => {
  const { own, revisions, withoutPods } = readsOf(workload);
  return [...new Set([own, ...(revisions === undefined ? [] : [revisions]), ...(withoutPods ? [] : [pods])])];
};

const placeOf = (resource: Resource, namespace: string): Place => ({
  key: keyOf(resource, namespace),
  kind: resource.kind,
  path: `${resource.root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`,
});

/** The places with everything in a workload's view, its own first. */
export const placesOf = (workload: Workload): readonly Place[] =>
  resourcesOf(workload).map((resource) => placeOf(resource, workload.namespace));

/** Whether a listed object was asked for, or belongs to one that is kept. */
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

/** Assembles one workload's view from the lists. */
export function viewOf(
  workload: Workload,
  objects: ReadonlyMap<string, readonly KubernetesObject[]>,
  ownership: Ownership,
): WorkloadView {
  const { own, revisions, withoutPods } = readsOf(workload);
  const all = objects.get(keyOf(own, workload.namespace)) ?? [];
  const object = all.find((one) => metadataOf(one).name === workload.name);
  if (object === undefined) return { revisions: [], pods: [] };
  if (withoutPods) return { workload: object, revisions: [], pods: [] };
  if (workload.kind === 'pod') return { workload: object, revisions: [], pods: [object] };
  const children = (owner: KubernetesObject, kind: string) =>
    (ownership.get(metadataOf(owner).uid) ?? []).filter((child) => child.kind === kind);
  const between = revisions === undefined ? [] : children(object, revisions.kind);
  // Pods belong to the ReplicaSets and Jobs in between, or to the object itself.
  const owners = revisions === undefined || revisions === controllerRevisions ? [object] : between;
  return { workload: object, revisions: between, pods: owners.flatMap((owner) => children(owner, 'Pod')) };
}

interface Metadata {
  readonly name: string;
  readonly uid: string;
  readonly ownerReferences?: readonly { readonly uid: string }[];
}

const metadataOf = (object: KubernetesObject): Metadata => object.metadata as unknown as Metadata;
