import { type Control, templateHash } from '../control.ts';
import { type KubeObject, ownerOf, type Pod, type Workload } from '../kube-object.ts';
import { resourceOf } from '../resources.ts';
import { setProgress, writeDeploymentStatus } from './deployment-status.ts';
import { limitsOf } from './rolling-limits.ts';
import { scale, scaleInProportion, sizeNotes } from './scaling.ts';

const revisionKey = 'deployment.kubernetes.io/revision';
const historyKey = 'deployment.kubernetes.io/revision-history';

const revisionOf = (object: KubeObject): number => Number(object.metadata.annotations?.[revisionKey] ?? 0);
const sizeOf = (replicaSet: Workload): number => replicaSet.spec.replicas ?? 0;
const availableOf = (replicaSet: Workload): number => Number(replicaSet.status?.availableReplicas ?? 0);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** One ReplicaSet per template; the new one grows and the old ones shrink within maxSurge and maxUnavailable. */
export function reconcileDeployment(control: Control, deployment: Workload): void {
  if (deployment.spec.paused !== true) resume(control, deployment);
  const all = replicaSetsOf(control, deployment);
  const hash = templateHash(deployment.spec.template);
  const existing = all.find(({ metadata }) => metadata.labels?.['pod-template-hash'] === hash);
  if (deployment.spec.paused === true) {
    writeDeploymentStatus(control, deployment, { all, ...(existing && { current: existing }) });
    return;
  }
  const current = numbered(control, deployment, all, existing ?? begun(control, deployment, hash));
  const old = all.filter(({ metadata }) => metadata.uid !== current.metadata.uid);
  const isRolling = deployment.spec.strategy?.type !== 'Recreate';
  if (!isRolling) recreate(control, deployment, { current, old });
  else if (!scaleInProportion(control, deployment, [current, ...old])) roll(control, deployment, { current, old });
  forget(control, deployment, old);
  const now = replicaSetsOf(control, deployment);
  const grown = now.find(({ metadata }) => metadata.uid === current.metadata.uid) ?? current;
  writeDeploymentStatus(control, deployment, { all: now, current: grown });
}

function resume(control: Control, deployment: Workload): void {
  const { reason } = deployment.status?.conditions?.find(({ type }) => type === 'Progressing') ?? {};
  if (reason !== 'DeploymentPaused') return;
  const resumed = { reason: 'DeploymentResumed', message: 'Deployment is resumed' };
  control.store.update(deployment, (draft) => setProgress(control, draft, resumed));
}

function hasResumed({ store }: Control, { kind, metadata }: Workload): boolean {
  const newest = store.get(resourceOf(kind), metadata.namespace ?? '', metadata.name) as Workload | undefined;
  return newest?.status?.conditions?.some(({ reason }) => reason === 'DeploymentResumed') ?? false;
}

interface Sets {
  readonly current: Workload;
  readonly old: readonly Workload[];
}

function roll(control: Control, deployment: Workload, { current, old }: Sets): void {
  const desired = deployment.spec.replicas ?? 1;
  const { maxSurge, maxUnavailable } = limitsOf(deployment);
  const sets = [current, ...old];
  const room = desired + maxSurge - sum(sets.map(sizeOf));
  const size = sizeOf(current);
  if (size > desired) scale(control, deployment, current, desired);
  else if (size < desired && room > 0) {
    scale(control, deployment, current, Math.min(desired, size + room));
    return;
  }
  const least = desired - maxUnavailable;
  const notYet = Math.max(0, Math.min(size, desired) - availableOf(current));
  let spare = sum(sets.map(sizeOf)) - Math.max(0, size - desired) - least - notYet;
  // First the old pods that serve nobody, then as many as availability allows.
  for (const set of old) {
    const broken = Math.min(spare, sizeOf(set) - availableOf(set));
    if (broken > 0) {
      scale(control, deployment, set, sizeOf(set) - broken);
      spare -= broken;
    }
  }
  let leave = Math.min(spare, sum(sets.map(availableOf)) - least);
  for (const set of replicaSetsOf(control, deployment).filter(
    ({ metadata }) => metadata.uid !== current.metadata.uid,
  )) {
    const ending = Math.min(leave, sizeOf(set));
    if (ending > 0) {
      scale(control, deployment, set, sizeOf(set) - ending);
      leave -= ending;
    }
  }
}

function recreate(control: Control, deployment: Workload, { current, old }: Sets): void {
  for (const set of old) if (sizeOf(set) > 0) scale(control, deployment, set, 0);
  const left = old.some(({ metadata }) => control.store.ownedBy<Pod>(metadata.uid, 'Pod').length > 0);
  if (left) control.wake(deployment, control.now() + control.podStartMilliseconds / 3);
  else scale(control, deployment, current, deployment.spec.replicas ?? 1);
}

/** The start of a rollout shows at once. */
function begun(control: Control, deployment: Workload, hash: string): Workload {
  const made = createReplicaSet(control, deployment, hash);
  // The real controller fails here if it has just reported the end of a pause: it does not have its own newest version
  // then.
  if (hasResumed(control, deployment)) return made;
  const message = `Created new replica set "${made.metadata.name}"`;
  control.store.update(deployment, (draft) => setProgress(control, draft, { reason: 'NewReplicaSetCreated', message }));
  return made;
}

const replicaSetsOf = (control: Control, deployment: KubeObject): readonly Workload[] =>
  control.store.ownedBy<Workload>(deployment.metadata.uid, 'ReplicaSet');

function createReplicaSet(control: Control, deployment: Workload, hash: string): Workload {
  const labels = { ...deployment.spec.template.metadata?.labels, 'pod-template-hash': hash };
  const { template, selector, minReadySeconds } = deployment.spec;
  const { name, namespace } = deployment.metadata;
  return control.store.create({
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace !== undefined && { namespace }),
      labels,
      annotations: sizeNotes(deployment),
      ownerReferences: [ownerOf(deployment)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { matchLabels: { ...selector?.matchLabels, 'pod-template-hash': hash } },
      template: { ...structuredClone(template), metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  }) as Workload;
}

/** The current one has the highest number. An undo gives the ReplicaSet that it reuses the next one. */
function numbered(control: Control, deployment: Workload, all: readonly Workload[], current: Workload): Workload {
  const highest = Math.max(0, ...all.filter((set) => set.metadata.uid !== current.metadata.uid).map(revisionOf));
  const before = revisionOf(current);
  const number = before > highest ? before : highest + 1;
  const made = control.store.update(current, ({ metadata }) => {
    const past = [metadata.annotations?.[historyKey], String(before)].filter((part) => part !== undefined).join(',');
    metadata.annotations = {
      ...metadata.annotations,
      [revisionKey]: String(number),
      ...(before > 0 && before !== number && { [historyKey]: past }),
    };
  });
  control.store.update(deployment, ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, [revisionKey]: String(number) };
  });
  return made ?? current;
}

function forget(control: Control, deployment: Workload, old: readonly Workload[]): void {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const empty = old.filter((set) => sizeOf(set) === 0 && Number(set.status?.replicas ?? 0) === 0);
  const spare = [...empty].sort((one, other) => revisionOf(one) - revisionOf(other)).slice(0, empty.length - limit);
  if (empty.length > limit) for (const set of spare) control.store.remove(set);
}
