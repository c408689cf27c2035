import type { Memory } from '../memory.ts';
import type { Control } from './control.ts';
import { reconcileDaemonSet } from './controllers/daemon-set.ts';
import { reconcileDeployment } from './controllers/deployment.ts';
import { reconcileHttpRoute } from './controllers/http-route.ts';
import { reconcileJob } from './controllers/job.ts';
import { reconcileReplicaSet } from './controllers/replica-set.ts';
import { reconcileStatefulSet } from './controllers/stateful-set.ts';
import type { KubeObject, Pod, Workload } from './kube-object.ts';
import { Kubelet } from './kubelet.ts';
import { resourceOf, resources } from './resources.ts';
import { type Change, keyOf, type Store } from './store.ts';

export interface LoopOptions {
  readonly now: () => number;
  readonly tickMilliseconds: number;
  readonly podStartMilliseconds: number;
  readonly memory: Memory;
}

/**
 * How far changes follow each other in one tick (Deployment, ReplicaSet, pod, and back). The rest waits for the next.
 */
const roundsPerTick = 5;

/**
 * Runs the controllers on what has changed, and on nothing else: a thousand idle workloads cost nothing. The timer runs
 * only while something is due.
 */
export class ControlLoop {
  readonly #options: LoopOptions;
  readonly #control: Control;
  readonly #kubelet: Kubelet;
  readonly #dirty = new Set<string>();
  readonly #wakes = new Map<string, number>();
  readonly #reconcilers: Readonly<Record<string, (object: KubeObject) => void>>;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  #closed = false;

  constructor(store: Store, options: LoopOptions) {
    this.#options = options;
    this.#control = {
      store,
      podStartMilliseconds: options.podStartMilliseconds,
      now: options.now,
      wake: (object, at) => this.#wakeAt(`${object.kind} ${keyOf(object)}`, at),
    };
    const control = this.#control;
    this.#kubelet = new Kubelet(control, options.memory);
    this.#reconcilers = {
      Deployment: (object) => reconcileDeployment(control, object as Workload),
      ReplicaSet: (object) => reconcileReplicaSet(control, object as Workload),
      StatefulSet: (object) => reconcileStatefulSet(control, object as Workload),
      DaemonSet: (object) => reconcileDaemonSet(control, object as Workload),
      Job: (object) => reconcileJob(control, object as Workload),
      HTTPRoute: (object) => reconcileHttpRoute(control, object),
      Pod: (object) => this.#kubelet.reconcile(object as Pod),
    };
    store.listen((change) => this.#notice(change));
    // What was in progress when it was killed continues; everything else stays as it is.
    for (const object of resources.flatMap((resource) => store.list(resource))) this.#mark(object.kind, keyOf(object));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Runs what is due now; the timer calls this. */
  tick(): void {
    this.#options.memory.together(() => this.#runDue());
    this.#plan();
  }

  #runDue(): void {
    const now = this.#options.now();
    for (const [key, at] of this.#wakes) {
      if (at > now) continue;
      this.#wakes.delete(key);
      this.#dirty.add(key);
    }
    for (let round = 0; round < roundsPerTick && this.#dirty.size > 0; round += 1) {
      const keys = [...this.#dirty];
      this.#dirty.clear();
      for (const key of keys) this.#reconcile(key);
    }
  }

  #reconcile(key: string): void {
    const [kind = '', path = ''] = key.split(' ');
    const [namespace = '', name = ''] = path.split('/');
    const object = this.#control.store.get(resourceOf(kind), namespace, name);
    if (object === undefined) return;
    try {
      this.#reconcilers[kind]?.(object);
    } catch (error) {
      // One invalid object must not stop the others, as in a real controller.
      process.stderr.write(`simulated cluster: ${kind} ${path}: ${error instanceof Error ? error.message : error}\n`);
    }
  }

  #notice({ type, object }: Change): void {
    if (object.kind === 'Pod' && type === 'DELETED') this.#kubelet.forget(object.metadata.uid);
    // The kubelet wakes its pods itself. Only a new pod, and one that must go, are news to it.
    const isNews = object.kind !== 'Pod' || type === 'ADDED' || object.metadata.deletionTimestamp !== undefined;
    if (type !== 'DELETED' && isNews) this.#mark(object.kind, keyOf(object));
    for (const owner of object.metadata.ownerReferences ?? []) {
      this.#mark(owner.kind, `${object.metadata.namespace ?? ''}/${owner.name}`);
    }
  }

  #mark(kind: string, key: string): void {
    if (!Object.hasOwn(this.#reconcilers, kind)) return;
    this.#dirty.add(`${kind} ${key}`);
    this.#plan();
  }

  #wakeAt(key: string, at: number): void {
    this.#wakes.set(key, Math.min(at, this.#wakes.get(key) ?? Number.POSITIVE_INFINITY));
  }

  #plan(): void {
    if (this.#closed) return;
    // Read once: on a busy machine more than a tick may pass between two readings.
    const now = this.#options.now();
    const next = this.#dirty.size > 0 ? now : Math.min(...this.#wakes.values());
    if (next === Number.POSITIVE_INFINITY) return;
    const due = Math.max(next, now + this.#options.tickMilliseconds);
    if (this.#timer !== undefined && this.#timerAt <= due) return;
    clearTimeout(this.#timer);
    this.#timerAt = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.tick();
    }, due - now);
  }
}
