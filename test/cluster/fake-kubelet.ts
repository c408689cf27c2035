import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodWarning } from '../../lib/simulators/cluster/container-moment.ts';
import { isLeaving, type Pod, timestamp } from '../../lib/simulators/cluster/kube-object.ts';
import {
  hasEnded,
  isUnschedulable,
  leaveMilliseconds,
  liveOn,
  type PodLife,
  unscheduled,
} from '../../lib/simulators/cluster/pod-life.ts';
import { keepTimes } from '../../lib/simulators/cluster/pod-status.ts';
import { type KubeClient, KubeError, type WatchEvent } from './kube-client.ts';
import { serveLogs } from './kubelet-logs.ts';

const nodes = ['node-1', 'node-2'] as const;
/** As in the simulated cluster. */
const podStartMilliseconds = 300;
const beatMilliseconds = 10_000;

interface Led {
  pod: Pod;
  life: PodLife;
  isLed: boolean;
}

/**
 * Plays scheduler and kubelet of two nodes on a real API server. Its images decide the fate of a pod, by the same table
 * and the same life as in the simulated cluster.
 */
export class FakeKubelet {
  readonly #client: KubeClient;
  readonly #stop = new AbortController();
  readonly #pods = new Map<string, Led>();
  #count = 0;
  #closeLogs = (): void => {};

  constructor(client: KubeClient) {
    this.#client = client;
  }

  async start(folder: string): Promise<void> {
    const logs = await serveLogs(folder, (namespace, name) => this.#find(namespace, name));
    this.#closeLogs = logs.close;
    for (const name of nodes) {
      const metadata = { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } };
      await this.#client.post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata });
      await this.#beat(name, logs.port);
      // What the node controller does for ready nodes: without it no DaemonSet would use them.
      await this.#client.patch(`/api/v1/nodes/${name}`, { spec: { taints: null } });
    }
    void this.#keepBeating(logs.port);
    void this.#client.follow('/api/v1/pods', (event) => this.#notice(event), this.#stop.signal);
  }

  stop(): void {
    this.#stop.abort();
    this.#closeLogs();
  }

  async #keepBeating(port: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await sleep(beatMilliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
      if (!this.#stop.signal.aborted) await this.#must(() => Promise.all(nodes.map((name) => this.#beat(name, port))));
    }
  }

  #beat(name: string, port: number): Promise<unknown> {
    const room = { cpu: '64', memory: '64Gi', pods: '500' };
    const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'simulated' };
    return this.#client.patch(`/api/v1/nodes/${name}/status`, {
      status: {
        capacity: room,
        allocatable: room,
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: port } },
        conditions: [{ ...condition, lastHeartbeatTime: timestamp(Date.now()) }],
      },
    });
  }

  #find(namespace: string, name: string): Pod | undefined {
    const all = [...this.#pods.values()].map(({ pod }) => pod);
    return all.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  }

  #notice({ type, object }: WatchEvent): void {
    if (type === 'BOOKMARK') return;
    const pod = object as Pod;
    const { uid } = pod.metadata;
    const known = this.#pods.get(uid);
    if (type === 'DELETED') {
      this.#pods.delete(uid);
      return;
    }
    this.#count += known === undefined ? 1 : 0;
    const led = known ?? { pod, isLed: false, life: { uid, number: this.#count, born: Date.now(), containers: {} } };
    // Our last write is newer than an event that arrives later.
    led.pod = known === undefined ? pod : { ...pod, status: known.pod.status };
    this.#pods.set(uid, led);
    if (isLeaving(pod)) void this.#end(led);
    else if (!led.isLed) void this.#lead(led);
  }

  async #end({ pod, life }: Led): Promise<void> {
    if (life.leavesAt !== undefined) return;
    const milliseconds = leaveMilliseconds(pod, podStartMilliseconds);
    life.leavesAt = Date.now() + milliseconds;
    await sleep(milliseconds);
    const { uid } = pod.metadata;
    await this.#must(() => this.#client.delete(pathOf(pod), { gracePeriodSeconds: 0, preconditions: { uid } }));
  }

  /** From its binding until it can no longer change by itself. */
  async #lead(led: Led): Promise<void> {
    led.isLed = true;
    const { metadata } = led.pod;
    if (isUnschedulable(led.pod)) return this.#refuse(led);
    if (led.pod.spec.nodeName === undefined) await this.#bind(led);
    led.life = { ...led.life, born: Date.now() };
    while (this.#isAlive(led) && !hasEnded(led.pod)) {
      const now = Date.now();
      const { status, warnings, wakeAt } = liveOn(led.pod, led.life, { now, podStartMilliseconds });
      const conditions = keepTimes(led.pod.status.conditions, status.conditions ?? [], now);
      led.pod = { ...led.pod, status: { ...status, conditions } };
      const written = { ...led.pod.status, hostIP: '127.0.0.1', podIPs: [{ ip: status.podIP }] };
      const patch = { metadata: { uid: metadata.uid }, status: written };
      await this.#must(() => this.#client.patch(`${pathOf(led.pod)}/status`, patch));
      for (const warning of warnings) await this.#warn(led.pod, warning);
      if (wakeAt === undefined) return;
      await sleep(Math.max(1, wakeAt - Date.now()));
    }
  }

  #isAlive({ pod, life }: Led): boolean {
    return !this.#stop.signal.aborted && life.leavesAt === undefined && this.#pods.has(pod.metadata.uid);
  }

  /** The controller of DaemonSets names the node of a pod in an affinity. */
  async #bind({ pod, life }: Led): Promise<void> {
    const text = JSON.stringify(pod.spec.affinity ?? {});
    const name = nodes.find((node) => text.includes(`"${node}"`)) ?? nodes[life.number % nodes.length]!;
    const { name: podName, uid } = pod.metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: podName, uid }, target };
    await this.#must(() => this.#client.post(`${pathOf(pod)}/binding`, binding));
  }

  async #refuse({ pod }: Led): Promise<void> {
    const { reason, message } = unscheduled;
    const condition = { type: 'PodScheduled', status: 'False', reason, message };
    const conditions = keepTimes(undefined, [condition], Date.now());
    await this.#must(() => this.#client.patch(`${pathOf(pod)}/status`, { status: { phase: 'Pending', conditions } }));
    await this.#warn(pod, { reason: 'FailedScheduling', message }, 'default-scheduler');
  }

  /** A repeated event raises a count. */
  async #warn(pod: Pod, { reason, message }: PodWarning, component = 'kubelet'): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    const hash = createHash('sha256').update(`${uid} ${reason} ${message}`).digest('hex').slice(0, 16);
    const metadata = { name: `${name}.${hash}`, namespace };
    const at = timestamp(Date.now());
    const event = {
      ...{ apiVersion: 'v1', kind: 'Event', metadata, type: 'Warning', reason, message },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
      ...{ source: { component }, reportingComponent: component, firstTimestamp: at, lastTimestamp: at, count: 1 },
    };
    const all = `/api/v1/namespaces/${namespace}/events`;
    await this.#must(async () => {
      const known = await this.#client.get(`${all}/${metadata.name}`).catch(ifMissing);
      if (known === undefined) await this.#client.post(all, event);
      else await this.#client.patch(`${all}/${metadata.name}`, { count: known.count + 1, lastTimestamp: at });
    });
  }

  /** Tries again until the API server is there, as a kubelet does. The watch brings what has changed meanwhile. */
  async #must(ask: () => Promise<unknown>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await ask();
        return;
      } catch (error) {
        if (error instanceof KubeError && [404, 409].includes(error.status)) return;
        if (error instanceof KubeError && error.status < 500) throw error;
        await sleep(200);
      }
    }
  }
}

const pathOf = ({ metadata }: Pod): string => `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;

const ifMissing = (error: unknown): undefined => {
  if (error instanceof KubeError && error.status === 404) return undefined;
  throw error;
};
