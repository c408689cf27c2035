import type { Workload, WorkloadKind } from '../domain/plan/plan.ts';
import type { KubernetesObject, WorkloadView } from '../domain/ports.ts';

/** One LIST: a resource in a namespace. */
export interface Listing {
  readonly key: string;
  readonly kind: string;
  readonly path: string;
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

/** The LISTs that these workloads need together, each once. */
export function listingsOf(workloads: readonly Workload[]): readonly Listing[] {
  const needed = workloads.flatMap(({ kind, namespace }) => {
    const { own, revisions } = reads[kind];
    return [own, ...(revisions === undefined ? [] : [revisions]), pods].map((resource) => ({
      key: keyOf(resource, namespace),
      kind: resource.kind,
      path: `${resource.root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`,
    }));
  });
  return [...new Map(needed.map((listing) => [listing.key, listing])).values()];
}

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
