import { type Control, templateHash } from '../control.ts';
import { type KubeObject, ownerOf, type Workload } from '../kube-object.ts';

export interface ControllerRevision extends KubeObject {
  revision: number;
}

/** The ControllerRevision of the template as it is now, made when it is new; the newest has the highest number. */
export function currentRevision(control: Control, owner: Workload): ControllerRevision {
  const hash = templateHash(owner.spec.template);
  const all = control.store.ownedBy<ControllerRevision>(owner.metadata.uid, 'ControllerRevision');
  const highest = Math.max(0, ...all.map(({ revision }) => revision));
  const existing = all.find(({ metadata }) => metadata.name === `${owner.metadata.name}-${hash}`);
  if (existing !== undefined) {
    if (existing.revision === highest) return existing;
    const raised = control.store.update(existing, (draft) => {
      draft.revision = highest + 1;
    });
    return raised ?? existing;
  }
  return control.store.create({
    kind: 'ControllerRevision',
    apiVersion: 'apps/v1',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      ...(owner.metadata.namespace !== undefined && { namespace: owner.metadata.namespace }),
      labels: { ...owner.spec.selector?.matchLabels, 'controller-revision-hash': labelValue(owner, hash) },
      ownerReferences: [ownerOf(owner)],
    },
    data: { spec: { template: { ...structuredClone(owner.spec.template), $patch: 'replace' } } },
    revision: highest + 1,
  }) as ControllerRevision;
}

/** A StatefulSet's pods carry the revision's whole name, a DaemonSet's only the hash. */
const labelValue = (owner: Workload, hash: string): string =>
  owner.kind === 'StatefulSet' ? `${owner.metadata.name}-${hash}` : hash;

/** The template of a revision, for a pod that must stay on an older one. */
export const templateOf = (revision: ControllerRevision): Workload['spec']['template'] =>
  (revision.data as { spec: { template: Workload['spec']['template'] } }).spec.template;
