import type { Memory } from '../memory.ts';
import { type Control, warn } from './control.ts';
import { isLeaving, type Pod, type PodStatus } from './kube-object.ts';
import { hasEnded, isUnschedulable, leaveMilliseconds, liveOn, type PodLife, unscheduled } from './pod-life.ts';
import { keepTimes } from './pod-status.ts';

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
    const { now, podStartMilliseconds, wake } = this.#control;
    if (isLeaving(pod)) {
      life.leavesAt ??= now() + leaveMilliseconds(pod, podStartMilliseconds);
      if (now() < life.leavesAt) wake(pod, life.leavesAt);
      else this.#remove(pod);
      return;
    }
    if (hasEnded(pod)) return;
    if (isUnschedulable(pod)) this.#refuse(pod);
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
    const { reason, message } = unscheduled;
    if (pod.status.conditions === undefined) warn(this.#control, pod, { reason: 'FailedScheduling', message });
    const condition = { type: 'PodScheduled', status: 'False', reason, message };
    this.#write(pod, { phase: 'Pending', conditions: [condition] });
  }

  #run(pod: Pod, life: PodLife): void {
    const { now, podStartMilliseconds, wake } = this.#control;
    const { status, warnings, wakeAt } = liveOn(pod, life, { now: now(), podStartMilliseconds });
    for (const warning of warnings) warn(this.#control, pod, warning);
    if (wakeAt !== undefined) wake(pod, wakeAt);
    this.#write(pod, status);
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
