import { createHash } from 'node:crypto';
import { type Condition, type KubeObject, ownerOf, type Pod, type PodTemplate, timestamp } from './kube-object.ts';
import { quotaRefusal } from './quota.ts';
import { resourceOf } from './resources.ts';
import type { Store } from './store.ts';

/** What a controller may use. */
export interface Control {
  readonly store: Store;
  readonly podStartMilliseconds: number;
  now(): number;
  /** Looks at the object again at that time. */
  wake(object: KubeObject, at: number): void;
}

/** A short hash of a pod template, in the alphabet of Kubernetes' own. */
export function templateHash(template: PodTemplate): string {
  return createHash('sha256').update(sorted(template)).digest('hex').slice(0, 10);
}

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );

interface NewPod {
  readonly template: PodTemplate;
  readonly labels: Readonly<Record<string, string>>;
  /** For the pods of a StatefulSet; else a random suffix. */
  readonly name?: string;
  readonly node?: string;
}

/** Creates a pod from a template for its owner. Undefined if a quota rejects it; then it warns and tries again. */
export function createPod(control: Control, owner: KubeObject, made: NewPod): Pod | undefined {
  const { template, labels, name, node } = made;
  const refusal = quotaRefusal(control.store, owner.metadata.namespace ?? '', template.spec);
  if (refusal !== undefined) {
    refuse(control, owner, { name, refusal });
    return undefined;
  }
  return control.store.create({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      ...(name === undefined ? { generateName: `${owner.metadata.name}-` } : { name }),
      ...(owner.metadata.namespace !== undefined && { namespace: owner.metadata.namespace }),
      labels: { ...template.metadata?.labels, ...labels },
      ...(template.metadata?.annotations && { annotations: template.metadata.annotations }),
      ownerReferences: [ownerOf(owner)],
    },
    spec: { ...structuredClone(template.spec), ...(node !== undefined && { nodeName: node }) },
    status: { phase: 'Pending' },
  }) as Pod;
}

/** Waits as long as before, and twice as long the next time, as controllers do. */
const shortestRetry = 5;
const longestRetry = 960_000;

function refuse(
  control: Control,
  owner: KubeObject,
  { name, refusal }: { readonly name: string | undefined; readonly refusal: string },
): void {
  const { kind, metadata } = owner;
  const forbidden = `pods "${name ?? `${metadata.name}-`}" is forbidden: ${refusal}`;
  const message =
    kind === 'StatefulSet'
      ? `create Pod ${name} in StatefulSet ${metadata.name} failed error: ${forbidden}`
      : `Error creating: ${forbidden}`;
  const times = warn(control, owner, { reason: 'FailedCreate', message });
  control.wake(owner, control.now() + Math.min(shortestRetry * 2 ** (times - 1), longestRetry));
}

/** Asks a pod to end; the kubelet removes it a moment later. */
export function endPod(control: Control, pod: Pod): void {
  control.store.update(pod, (draft) => {
    draft.metadata.deletionTimestamp ??= timestamp(control.now());
  });
}

/** Sets a condition. The transition time moves with the status, the update time with any other difference. */
export function withCondition(conditions: readonly Condition[] | undefined, next: Condition, now: number): Condition[] {
  const before = conditions?.find(({ type }) => type === next.type);
  const others = (conditions ?? []).filter(({ type }) => type !== next.type);
  if (before?.status === next.status && before.reason === next.reason && before.message === next.message) {
    return [...others, before];
  }
  const at = timestamp(now);
  const lastTransitionTime = before?.status === next.status ? (before.lastTransitionTime ?? at) : at;
  return [...others, { ...next, lastUpdateTime: at, lastTransitionTime }];
}

export const withoutCondition = (conditions: readonly Condition[] | undefined, type: string): Condition[] =>
  (conditions ?? []).filter((condition) => condition.type !== type);

const eventLimit = 1_000;
const eventResource = resourceOf('Event');

/** Who warns about what, as `kubectl describe` shows it. */
const components: Readonly<Record<string, string>> = {
  Pod: 'kubelet',
  ReplicaSet: 'replicaset-controller',
  StatefulSet: 'statefulset-controller',
  DaemonSet: 'daemonset-controller',
  Job: 'job-controller',
};

/** A Warning, as `kubectl get events` shows it. A repeated one has a count. The oldest are dropped. */
export function warn(
  control: Control,
  about: KubeObject,
  { reason, message }: { readonly reason: string; readonly message: string },
): number {
  const { store } = control;
  const { name, namespace = 'default', uid } = about.metadata;
  const lastTimestamp = timestamp(control.now());
  const eventName = `${name}.${createHash('sha256').update(`${uid} ${reason} ${message}`).digest('hex').slice(0, 16)}`;
  const known = store.get(eventResource, namespace, eventName);
  if (known !== undefined) {
    const count = Number(known.count) + 1;
    store.update(known, (draft) => {
      Object.assign(draft, { count, lastTimestamp });
    });
    return count;
  }
  const component = reason === 'FailedScheduling' ? 'default-scheduler' : (components[about.kind] ?? 'simulator');
  store.create({
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: eventName, namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
    type: 'Warning',
    reason,
    message,
    source: { component },
    reportingComponent: component,
    firstTimestamp: lastTimestamp,
    lastTimestamp,
    count: 1,
  });
  const events = store.list(eventResource);
  if (events.length > eventLimit && events[0] !== undefined) store.remove(events[0]);
  return 1;
}
