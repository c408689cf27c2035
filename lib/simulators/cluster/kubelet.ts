import type { Memory } from '../memory.ts';
import { type Control, warn } from './control.ts';
import { fateOf, type Moment, momentOf } from './fate.ts';
import {
  type Condition,
  type Container,
  type ContainerStatus,
  isLeaving,
  type Pod,
  type PodStatus,
  timestamp,
} from './kube-object.ts';

interface ContainerLife {
  step: number;
  due?: number | undefined;
  started: boolean;
}

interface PodLife {
  readonly uid: string;
  /** Pods are numbered as they come. */
  readonly number: number;
  readonly born: number;
  readonly containers: Record<string, ContainerLife>;
  leavesAt?: number;
}

const ipOf = ({ number }: PodLife): string => `10.244.${(number >> 8) & 255}.${number & 255}`;

/** Schedules pods and runs their containers by the fate table. Pods that stay as they are cost nothing. */
export class Kubelet {
  readonly #lives = new Map<string, PodLife>();
  readonly #control: Control;
  readonly #memory: Memory;
  #count = 0;

  constructor(control: Control, memory: Memory) {
    this.#control = control;
    this.#memory = memory;
    for (const life of memory.all<PodLife>('life')) {
      this.#lives.set(life.uid, life);
      this.#count = Math.max(this.#count, life.number);
    }
  }

  reconcile(pod: Pod): void {
    const life = this.#lifeOf(pod);
    this.#live(pod, life);
    if (this.#lives.has(life.uid)) this.#memory.put('life', life.uid, life);
  }

  #live(pod: Pod, life: PodLife): void {
    const { now, podStartMilliseconds } = this.#control;
    if (isLeaving(pod)) {
      life.leavesAt ??= now() + podStartMilliseconds / 3;
      if (now() < life.leavesAt) this.#control.wake(pod, life.leavesAt);
      else this.#remove(pod);
      return;
    }
    if (['Succeeded', 'Failed'].includes(pod.status.phase)) return;
    if (pod.spec.containers.some(({ image }) => fateOf(image) === 'unschedulable')) this.#refuse(pod);
    else this.#run(pod, life);
  }

  /** Forgets a pod that was removed from outside. */
  forget(uid: string): void {
    this.#lives.delete(uid);
    this.#memory.remove('life', uid);
  }

  #lifeOf(pod: Pod): PodLife {
    const known = this.#lives.get(pod.metadata.uid);
    if (known !== undefined) return known;
    this.#count += 1;
    const { uid } = pod.metadata;
    const made: PodLife = { uid, number: this.#count, born: this.#control.now(), containers: {} };
    this.#lives.set(uid, made);
    return made;
  }

  #remove(pod: Pod): void {
    this.forget(pod.metadata.uid);
    this.#control.store.remove(pod);
  }

  #refuse(pod: Pod): void {
    const message = '0/2 nodes are available: 2 Insufficient cpu.';
    if (pod.status.conditions === undefined) warn(this.#control, pod, 'FailedScheduling', message);
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    this.#write(pod, { phase: 'Pending', conditions: [condition] });
  }

  #run(pod: Pod, life: PodLife): void {
    const { now, podStartMilliseconds, wake } = this.#control;
    const ends = (pod.spec.restartPolicy ?? 'Always') !== 'Always';
    const statuses = pod.spec.containers.map((container) => {
      const known = life.containers[container.name];
      const one = known ?? { step: 0, due: life.born + podStartMilliseconds, started: false };
      life.containers[container.name] = one;
      const moment = this.#advance(pod, container, { life: one, ends });
      if (one.due !== undefined) wake(pod, Math.max(one.due, now() + 1));
      return statusOf(pod, container, moment);
    });
    const isReady = statuses.every(({ ready }) => ready);
    const status = { ...podStatus(pod, statuses, isReady), podIP: ipOf(life), startTime: timestamp(life.born) };
    this.#write(pod, status);
  }

  /** Moves a container on when its time has come; the moment it is in now, or undefined while it is created. */
  #advance(pod: Pod, container: Container, { life, ends }: { life: ContainerLife; ends: boolean }): Moment | undefined {
    const now = this.#control.now();
    const isDue = life.due !== undefined && life.due <= now;
    if (!life.started && !isDue) return undefined;
    if (isDue && life.started) life.step += 1;
    life.started = true;
    const before = pod.status.containerStatuses?.find(({ name }) => name === container.name);
    const setting = { image: container.image, step: life.step, at: timestamp(now), ends };
    const moment = momentOf(fateOf(container.image), setting);
    if (!isDue && before !== undefined) return { ...momentNow(before), ...(life.due && { next: life.due - now }) };
    life.due = moment.next === undefined ? undefined : now + moment.next;
    if (moment.event !== undefined) warn(this.#control, pod, moment.event.reason, moment.event.message);
    return moment;
  }

  #write(pod: Pod, status: PodStatus): void {
    this.#control.store.update(pod, (draft) => {
      draft.status = {
        ...status,
        conditions: keepTimes(draft.status.conditions, status.conditions ?? [], this.#control.now()),
      };
      if (status.podIP !== undefined) draft.spec.nodeName ??= `node-${(this.#count % 2) + 1}`;
    });
  }
}

/** What a container is in already, read back from its status. */
const momentNow = (status: ContainerStatus): Moment => ({
  state: status.state,
  lastState: status.lastState,
  ready: status.ready,
  restarts: status.restartCount,
});

function statusOf(pod: Pod, container: Container, moment: Moment | undefined): ContainerStatus {
  const hasRun =
    moment !== undefined && (moment.state.waiting === undefined || moment.lastState?.terminated !== undefined);
  return {
    name: container.name,
    image: container.image,
    imageID: hasRun ? imageId(container.image) : '',
    ready: moment?.ready ?? false,
    started: moment?.state.running !== undefined,
    restartCount: moment?.restarts ?? 0,
    state: moment?.state ?? { waiting: { reason: 'ContainerCreating' } },
    lastState: moment?.lastState ?? {},
    ...(hasRun && { containerID: `simulated://${pod.metadata.uid}` }),
  };
}

/** The repository without the tag, as a runtime reports it, and the digest that the image names, else one that its text decides. */
function imageId(image: string): string {
  const [name = '', digest = `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(-64)}`] =
    image.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return `${colon < 0 ? name : name.slice(0, colon)}@${digest}`;
}

function podStatus(pod: Pod, statuses: ContainerStatus[], isReady: boolean): PodStatus {
  const not = isReady
    ? {}
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready(statuses)}]` };
  const state = isReady ? 'True' : 'False';
  return {
    phase: phaseOf(pod, statuses),
    conditions: [
      { type: 'Initialized', status: 'True' },
      { type: 'Ready', status: state, ...not },
      { type: 'ContainersReady', status: state, ...not },
      { type: 'PodScheduled', status: 'True' },
    ],
    containerStatuses: statuses,
  };
}

const unready = (statuses: readonly ContainerStatus[]): string =>
  statuses
    .filter(({ ready }) => !ready)
    .map(({ name }) => name)
    .join(' ');

function phaseOf(pod: Pod, statuses: readonly ContainerStatus[]): string {
  const ended = statuses.map(({ state }) => state.terminated?.exitCode);
  if ((pod.spec.restartPolicy ?? 'Always') !== 'Always') {
    if (ended.every((code) => code === 0)) return 'Succeeded';
    if (ended.some((code) => code !== undefined && code !== 0)) return 'Failed';
  }
  return statuses.every(({ state, lastState }) => state.waiting === undefined || lastState.terminated)
    ? 'Running'
    : 'Pending';
}

const keepTimes = (before: readonly Condition[] | undefined, next: readonly Condition[], now: number): Condition[] =>
  next.map((condition) => {
    const known = before?.find(({ type }) => type === condition.type);
    const since = known?.status === condition.status ? known.lastTransitionTime : undefined;
    return { ...condition, lastTransitionTime: since ?? timestamp(now) };
  });
