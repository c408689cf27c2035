import { isFlotillaError } from '../../domain/errors.ts';
import type { Cluster, Mirror, WorkloadView } from '../../domain/ports.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { DoAll } from '../do-all.ts';
import { ClusterHindrances, type Unreachable } from './cluster-hindrances.ts';
import { judgeOnce, noteUnreachable } from './judge-once.ts';
import { keepProgress } from './keep-progress.ts';
import type { RolloutMemory } from './rollout-memory.ts';

export type ObserverNeeds = Pick<
  Deps,
  'table' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'catalogue' | 'cluster' | 'tell' | 'bell'
>;

/**
 * What an observer keeps between two looks, and between two calls of one process. Losing it only makes rollouts take a
 * little longer.
 */
export class ObserverMemory {
  readonly rollouts = new Map<string, RolloutMemory>();
  readonly hindrances = new ClusterHindrances();
  /** The cluster as it was last reached. */
  mirror: { readonly of: Cluster; readonly mirror: Mirror } | undefined;
  /** Notifies the current watcher. */
  changed: (rollout: string) => void = () => {};
}

type Row = RolloutWatchRow;

/** Milliseconds. Changes that come together are judged together. */
const burst = 20;
/** Milliseconds. How often to check whether a bad condition has lasted long enough for a verdict. */
const pendingEvery = 250;

export const nameOf = ({ batch_id, index, wait }: Row): string => `${batch_id}/${index}/${wait}`;

/**
 * One call: judges all rollouts of a cluster when their list is read, and then each as soon as something about it
 * changes.
 */
export class Observer {
  readonly #deps: ObserverNeeds;
  readonly #name: string;
  readonly #memory: ObserverMemory;
  readonly #changed = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #settled = new Set<string>();
  readonly #judgedAt = new Map<string, number>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #all = new DoAll();
  #rows: readonly Row[] = [];
  #wake = new AbortController();
  #isRung = false;

  constructor(deps: ObserverNeeds, name: string, memory: ObserverMemory) {
    this.#deps = deps;
    this.#name = name;
    this.#memory = memory;
    memory.changed = (rollout) => {
      this.#changed.add(rollout);
      this.#wake.abort();
    };
  }

  /** Says that there is something new to watch. */
  ring(): void {
    this.#isRung = true;
    this.#wake.abort();
  }

  /** Looks at all of them. Mirrored rollouts are judged separately, so that a slow one does not hold up the others. */
  async look(rows: readonly Row[]): Promise<void> {
    this.#all.end();
    this.#rows = rows;
    this.#forgetOthers();
    // Anything still there was not settled after all, or its list was read before.
    this.#settled.clear();
    const reached = await this.#reach();
    if ('mirror' in reached && reached.mirror !== undefined) {
      reached.mirror.follow(new Map(rows.map((row) => [nameOf(row), row.deployment.workload])));
      return this.#begin(rows);
    }
    const all = new DoAll();
    await Promise.all(byNamespace(rows).map((ofOne) => all.try(() => this.#judgeTogether(ofOne, all))));
    all.end();
  }

  /** Until the list must be read again, judges rollouts as they change or as something about them is due. */
  async pause(rows: readonly Row[]): Promise<void> {
    const { clock, pace } = this.#deps;
    const end = clock.now() + pace.pollCluster;
    this.#rows = rows;
    while (clock.now() < end && !this.#isRung) {
      if (this.#idle().some((row) => this.#changed.has(nameOf(row)))) await clock.sleep(burst);
      this.#begin(this.#idle().filter((row) => this.#changed.has(nameOf(row)) || this.#dueAt(row) <= clock.now()));
      const next = Math.min(end, ...this.#idle().map((row) => this.#dueAt(row)));
      if (next > clock.now()) await this.#sleep(next - clock.now());
    }
    this.#isRung = false;
  }

  /** Finishes what is under way, and records what was seen for the next call. */
  async end({ more }: { readonly more: boolean }): Promise<void> {
    await Promise.all(this.#underWay);
    this.#memory.mirror?.mirror.rest();
    if (!more) this.#memory.mirror = undefined;
    const open = this.#rows.filter((row) => more && !this.#settled.has(nameOf(row)));
    await Promise.all(
      open.map((row) =>
        this.#all.try(() => keepProgress(this.#deps, row, this.#memory.rollouts.get(nameOf(row)) ?? {})),
      ),
    );
    this.#all.end();
  }

  #idle(): readonly Row[] {
    if (this.#memory.mirror === undefined) return [];
    return this.#rows.filter((row) => !this.#busy.has(nameOf(row)) && !this.#settled.has(nameOf(row)));
  }

  #dueAt(row: Row): number {
    const judgedAt = this.#judgedAt.get(nameOf(row)) ?? 0;
    const { progress, healthDue = 0 } = this.#memory.rollouts.get(nameOf(row)) ?? {};
    const isPending = Object.keys(progress?.first_seen ?? {}).length > 0;
    const times = [healthDue, row.deadline + 1, ...(isPending ? [judgedAt + pendingEvery] : [])];
    return Math.min(...times.filter((time) => time > judgedAt));
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (!this.#wake.signal.aborted) await this.#deps.clock.sleep(milliseconds, this.#wake.signal);
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
  }

  #begin(rows: readonly Row[]): void {
    for (const ofOne of byNamespace(rows.filter((row) => !this.#busy.has(nameOf(row))))) {
      const judging = this.#all
        .try(() => this.#judgeTogether(ofOne, this.#all))
        .finally(() => this.#underWay.delete(judging));
      this.#underWay.add(judging);
    }
  }

  async #judgeTogether(rows: readonly Row[], all: DoAll): Promise<void> {
    for (const row of rows) {
      this.#busy.add(nameOf(row));
      this.#changed.delete(nameOf(row));
      this.#judgedAt.set(nameOf(row), this.#deps.clock.now());
    }
    try {
      const looked = await this.#lookAt(rows);
      await Promise.all(rows.map((row, at) => all.try(() => this.#judge(row, looked[at]!))));
    } finally {
      for (const row of rows) this.#release(row);
    }
  }

  async #judge(row: Row, looked: Looked): Promise<void> {
    const { hindrances } = this.#memory;
    const name = nameOf(row);
    const memory = this.#memory.rollouts.get(name) ?? {};
    this.#memory.rollouts.set(name, memory);
    const isSettled =
      'cause' in looked
        ? await noteUnreachable(this.#deps, { row, memory, cause: looked.cause })
        : await judgeOnce(this.#deps, { row, ...looked, memory });
    if (isSettled) this.#settled.add(name);
    else if ('cause' in looked) await hindrances.note(this.#deps, { name, row, memory }, looked);
    else await hindrances.end(this.#deps, { name, row, memory }, looked.cluster);
    this.#release(row);
  }

  /** Ends a judgement, and looks again if something has changed meanwhile. */
  #release(row: Row): void {
    if (this.#busy.delete(nameOf(row))) this.#wake.abort();
  }

  /** Reads what may not be watched, a namespace at a time. One that may not be read either does not hide the others. */
  async #lookAt(rows: readonly Row[]): Promise<readonly Looked[]> {
    const reached = await this.#reach();
    if ('cause' in reached) return rows.map(() => reached);
    const { cluster, mirror } = reached;
    const seen = await Promise.all(rows.map((row) => orCause(async () => mirror?.view(nameOf(row)))));
    const unread = rows.filter((_, at) => seen[at] === undefined);
    const workloads = unread.map(({ deployment }) => deployment.workload);
    const read = unread.length === 0 ? [] : await orCause(() => cluster.read(workloads));
    return seen.map((one, at): Looked => {
      const view = one ?? ('cause' in read ? read : read[unread.indexOf(rows[at]!)]!);
      return 'cause' in view ? { ...view, cluster } : { cluster, view };
    });
  }

  async #reach(): Promise<Reached> {
    const [deps, memory] = [this.#deps, this.#memory];
    const cluster = await orCause(() => deps.cluster(this.#name));
    if ('cause' in cluster) return cluster;
    if (memory.mirror?.of === cluster) return { cluster, mirror: memory.mirror.mirror };
    memory.mirror?.mirror.rest();
    const { clock, random, tell } = deps;
    const mirror = cluster.follow?.({ clock, random, tell, changed: (rollout) => memory.changed(rollout) });
    memory.mirror = mirror === undefined ? undefined : { of: cluster, mirror };
    return { cluster, mirror };
  }

  #forgetOthers(): void {
    const watched = new Set(this.#rows.map(nameOf));
    const { rollouts, hindrances } = this.#memory;
    hindrances.keepOnly(watched);
    for (const known of [rollouts, this.#judgedAt])
      for (const name of known.keys()) if (!watched.has(name)) known.delete(name);
    for (const name of this.#changed) if (!watched.has(name)) this.#changed.delete(name);
  }
}

type Looked = { readonly cluster: Cluster; readonly view: WorkloadView } | Unreachable;
type Reached = { readonly cluster: Cluster; readonly mirror: Mirror | undefined } | Unreachable;

const byNamespace = (rows: readonly Row[]): readonly (readonly Row[])[] => [
  ...Map.groupBy(rows, ({ deployment }) => deployment.workload.namespace).values(),
];

/** A cluster that cannot be asked is no verdict. */
const orCause = async <Seen>(ask: () => Promise<Seen>): Promise<Seen | Unreachable> => {
  try {
    return await ask();
  } catch (error) {
    if (!isFlotillaError(error, 'ClusterUnavailable')) throw error;
    const { status } = error.details;
    return { cause: error.message, ...(typeof status === 'number' ? { status } : {}) };
  }
};
