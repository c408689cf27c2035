import type { Kube, KubeClient, WatchEvent } from './kube-client.ts';

const watched: readonly { readonly path: string; readonly kind: string }[] = [
  { path: '/apis/apps/v1/deployments', kind: 'Deployment' },
  { path: '/apis/apps/v1/replicasets', kind: 'ReplicaSet' },
  { path: '/apis/apps/v1/statefulsets', kind: 'StatefulSet' },
  { path: '/apis/apps/v1/daemonsets', kind: 'DaemonSet' },
  { path: '/apis/batch/v1/jobs', kind: 'Job' },
  { path: '/apis/batch/v1/cronjobs', kind: 'CronJob' },
  { path: '/api/v1/pods', kind: 'Pod' },
  { path: '/api/v1/events', kind: 'Event' },
];

/** What a cluster showed of one case: reasons in order, by their source. */
export type Shown = Readonly<Record<string, readonly string[]>>;

type Streams = Map<string, string[]>;

/**
 * Another client of a cluster, which only observes. It records the reasons of conditions, containers and warnings by
 * namespace.
 */
export class Recorder {
  readonly #stop = new AbortController();
  readonly #namespaces = new Map<string, Streams>();
  readonly #begun = new Map<string, ReadonlySet<string>>();
  readonly #objects = new Map<string, Kube>();

  constructor(client: KubeClient) {
    for (const { path, kind } of watched) {
      void client.follow(path, (event) => this.#notice(kind, event), this.#stop.signal);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Whether it has seen this version of the object. */
  knows({ metadata }: Kube): boolean {
    return this.#objects.get(metadata.uid)?.metadata.resourceVersion === metadata.resourceVersion;
  }

  /** Earlier reasons, and those from existing pods, do not count. */
  begin(namespace: string): void {
    const known = [...this.#objects].filter(([, { metadata }]) => metadata.namespace === namespace);
    this.#begun.set(namespace, new Set(known.map(([uid]) => uid)));
    this.#namespaces.set(namespace, new Map());
  }

  /** Among containers of a kind that ran in several pods, the one that came farthest. */
  shown(namespace: string): Shown {
    const shown: Record<string, readonly string[]> = {};
    for (const [stream, reasons] of this.#namespaces.get(namespace) ?? []) {
      const name = stream.replace(/ @.*/, '');
      if (reasons.length > (shown[name] ?? []).length) shown[name] = [...reasons];
    }
    return Object.fromEntries(Object.entries(shown).sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  #isOld(namespace: string, uid: string): boolean {
    return this.#begun.get(namespace)?.has(uid) ?? false;
  }

  #notice(kind: string, { type, object }: WatchEvent): void {
    if (type === 'BOOKMARK') return;
    const { namespace, uid } = object.metadata;
    if (type === 'DELETED') this.#objects.delete(uid);
    else this.#objects.set(uid, object);
    const streams = this.#namespaces.get(namespace);
    if (streams === undefined || type === 'DELETED') return;
    const isOld = this.#isOld(namespace, uid);
    if (kind === 'Pod') {
      if (!isOld && object.metadata.deletionTimestamp === undefined) noteContainers(streams, object);
    } else if (kind === 'Event') {
      const { involvedObject } = object;
      if (involvedObject.kind !== 'Pod' || !this.#isOld(namespace, involvedObject.uid)) noteWarning(streams, object);
    }
    // The job that is being replaced has ended.
    else if (kind !== 'Job' || !isOld) noteConditions(streams, kind, object);
  }
}

/** One after the other, without repeats. */
const note = (streams: Streams, stream: string, reason: string): void => {
  const before = streams.get(stream) ?? [];
  streams.set(stream, before);
  if (before.at(-1) !== reason) before.push(reason);
};

/** What alternates during the observation, or has a count, is recorded when it first appears. */
const noteOnce = (streams: Streams, stream: string, reason: string): void => {
  if (!(streams.get(stream) ?? []).includes(reason)) note(streams, stream, reason);
};

const noteConditions = (streams: Streams, kind: string, { status, metadata }: Kube): void => {
  for (const { type, status: is, reason } of status?.conditions ?? []) {
    if (kind === 'ReplicaSet') noteOnce(streams, `${kind} ${type} @${metadata.uid}`, `${is} ${reason}`);
    // Pods that come and go make it alternate.
    else if (type === 'Available') noteOnce(streams, `${kind} ${type}`, `${is} ${reason}`);
    else note(streams, `${kind} ${type}`, `${is} ${reason}`);
  }
};

const noteContainers = (streams: Streams, { metadata, status = {} }: Kube): void => {
  for (const one of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
    const tag = one.image.slice(one.image.lastIndexOf(':') + 1);
    noteOnce(streams, `container ${one.name}:${tag} @${metadata.uid}`, stateOf(one));
  }
};

const stateOf = ({ state, ready }: Kube): string => {
  if (state.waiting !== undefined) return `waiting ${state.waiting.reason}`;
  if (state.terminated !== undefined) return `terminated ${state.terminated.reason} ${state.terminated.exitCode}`;
  return ready ? 'running ready' : 'running';
};

const noteWarning = (streams: Streams, { type, reason, involvedObject, message }: Kube): void => {
  if (type !== 'Warning') return;
  // Several kinds of trouble have the reason Failed: their first words tell them apart.
  const what = reason === 'Failed' ? `Failed ${message.split(/[":]/, 2).join(':').slice(0, 40)}` : reason;
  noteOnce(streams, `warnings ${involvedObject.kind}`, what);
};
