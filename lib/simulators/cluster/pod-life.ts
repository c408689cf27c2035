import { type Moment, momentOf, type PodWarning } from './container-moment.ts';
import { fateOf } from './fate.ts';
import { type Container, type ContainerStatus, type Pod, type PodStatus, timestamp } from './kube-object.ts';
import { podStatus } from './pod-status.ts';

interface ContainerLife {
  step: number;
  due?: number | undefined;
  started: boolean;
}

/** How far a pod's containers have come, as plain JSON. */
export interface PodLife {
  readonly uid: string;
  /** Pods are numbered in order of arrival. */
  readonly number: number;
  readonly born: number;
  readonly containers: Record<string, ContainerLife>;
  leavesAt?: number;
}

export interface Lived {
  readonly status: PodStatus;
  readonly warnings: readonly PodWarning[];
  /** When to look again; absent when nothing will happen by itself. */
  readonly wakeAt?: number;
}

interface Times {
  readonly now: number;
  readonly podStartMilliseconds: number;
}

export const isUnschedulable = ({ spec }: Pod): boolean =>
  spec.containers.some(({ image }) => fateOf(image) === 'unschedulable');

/** The scheduler's message when it finds no node. */
export const unscheduled = {
  reason: 'Unschedulable',
  message:
    '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found.',
} as const;

const lingerMilliseconds = 4_000;

/** How long a pod takes to end. */
export const leaveMilliseconds = ({ spec }: Pod, podStartMilliseconds: number): number =>
  spec.containers.some(({ image }) => fateOf(image) === 'lingers') ? lingerMilliseconds : podStartMilliseconds / 3;

export const hasEnded = ({ status }: Pod): boolean => ['Succeeded', 'Failed'].includes(status.phase);

const ipOf = ({ number }: PodLife): string => `10.244.${(number >> 8) & 255}.${number & 255}`;

/**
 * Continues a pod's life up to this moment, as a kubelet does. Init containers run one after the other, each to its
 * end. A sidecar (an init container with restartPolicy Always) stays. Then all containers run together, by the fates of
 * their images.
 */
export function liveOn(pod: Pod, life: PodLife, times: Times): Lived {
  const one = new Living(pod, life, times);
  let mayStart = true;
  const inits = (pod.spec.initContainers ?? []).map((container) => {
    const isSidecar = container.restartPolicy === 'Always';
    const status = mayStart ? one.advance(container, isSidecar ? 'stays' : 'ends') : waiting(container);
    mayStart &&= isSidecar ? status.started : status.state.terminated?.exitCode === 0;
    return status;
  });
  const ends = (pod.spec.restartPolicy ?? 'Always') === 'Always' ? 'stays' : 'ends';
  const own = pod.spec.containers.map((container) => (mayStart ? one.advance(container, ends) : waiting(container)));
  const status = podStatus(pod, { inits, own, isInitialized: mayStart });
  return {
    status: { ...status, podIP: ipOf(life), startTime: timestamp(life.born) },
    warnings: one.warnings,
    ...(one.wakeAt !== undefined && { wakeAt: one.wakeAt }),
  };
}

const waiting = (container: Container): ContainerStatus => statusOf(container, undefined, 'PodInitializing');

class Living {
  readonly #pod: Pod;
  readonly #life: PodLife;
  readonly #times: Times;
  readonly warnings: PodWarning[] = [];
  wakeAt: number | undefined;

  constructor(pod: Pod, life: PodLife, times: Times) {
    this.#pod = pod;
    this.#life = life;
    this.#times = times;
  }

  /** Moves a container on when its time has come. Returns its status at this moment. */
  advance(container: Container, end: 'ends' | 'stays'): ContainerStatus {
    const { now, podStartMilliseconds } = this.#times;
    const hasInits = (this.#pod.spec.initContainers ?? []).length > 0;
    const isFirst = Object.keys(this.#life.containers).length === 0;
    const begins = (hasInits && !isFirst ? now : this.#life.born) + podStartMilliseconds;
    const life = this.#life.containers[container.name] ?? { step: 0, due: begins, started: false };
    this.#life.containers[container.name] = life;
    const moment = this.#momentOf(container, life, end);
    if (life.due !== undefined) this.wakeAt = Math.min(this.wakeAt ?? life.due, Math.max(life.due, now + 1));
    return statusOf(container, moment, 'ContainerCreating', this.#pod.metadata.uid);
  }

  /** Undefined while it is created. */
  #momentOf(container: Container, life: ContainerLife, end: 'ends' | 'stays'): Moment | undefined {
    const { now } = this.#times;
    const isDue = life.due !== undefined && life.due <= now;
    if (!life.started && !isDue) return undefined;
    if (isDue && life.started) life.step += 1;
    life.started = true;
    const { initContainerStatuses = [], containerStatuses = [] } = this.#pod.status;
    const before = [...initContainerStatuses, ...containerStatuses].find(({ name }) => name === container.name);
    if (!isDue && before !== undefined) return { ...momentNow(before), ...(life.due && { next: life.due - now }) };
    const { name, namespace = 'default', uid } = this.#pod.metadata;
    const moment = momentOf(fateOf(container.image), {
      name: container.name,
      image: container.image,
      pod: `${name}_${namespace}(${uid})`,
      step: life.step,
      at: timestamp(now),
      ends: end === 'ends',
      once: (this.#pod.spec.restartPolicy ?? 'Always') !== 'Always' && container.restartPolicy !== 'Always',
      probed: container.readinessProbe !== undefined,
    });
    life.due = moment.next === undefined ? undefined : now + moment.next;
    this.warnings.push(...(moment.warnings ?? []));
    return moment;
  }
}

/** A container's state, read back from its status. */
const momentNow = (status: ContainerStatus): Moment => ({
  state: status.state,
  lastState: status.lastState,
  ready: status.ready,
  restarts: status.restartCount,
});

function statusOf(container: Container, moment: Moment | undefined, creating: string, uid = ''): ContainerStatus {
  const hasRun =
    moment !== undefined && (moment.state.waiting === undefined || moment.lastState?.terminated !== undefined);
  return {
    name: container.name,
    image: container.image,
    imageID: hasRun ? imageId(container.image) : '',
    ready: moment?.ready ?? false,
    started: moment?.state.running !== undefined,
    restartCount: moment?.restarts ?? 0,
    state: moment?.state ?? { waiting: { reason: creating } },
    lastState: moment?.lastState ?? {},
    ...(hasRun && { containerID: `simulated://${uid}` }),
  };
}

/** The repository without the tag, as a runtime reports it, and the image's digest, else one computed from its text. */
function imageId(image: string): string {
  const [name = '', digest = `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(-64)}`] =
    image.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return `${colon < 0 ? name : name.slice(0, colon)}@${digest}`;
}
