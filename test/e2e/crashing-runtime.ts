import { createInterface } from 'node:readline';
import { Clusters } from '../../functions/runtime/clusters.ts';
import type { Disk } from '../../lib/adapters/disk.ts';
import { HttpHarnessApi } from '../../lib/adapters/harness-api.ts';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { SystemClock, SystemRandom } from '../../lib/adapters/system-clock.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import type { Cluster, Executor, Write } from '../../lib/domain/ports.ts';
import type { JournalEntryKind } from '../../lib/engine/journal.ts';
import { HarnessExecutor } from '../../lib/executors/harness.ts';
import { type Runtime, startRuntime } from '../../lib/local/runtime.ts';
import { unlimited } from '../../lib/usecases/budget/unlimited.ts';
import type { Pace } from '../../lib/usecases/deps.ts';

/**
 * A process that runs the embedded runtime and kills itself at a given moment. Each line of its input is an order, each
 * line of its output an answer; without its input it ends.
 */

/** When to die. Everything counts from the start of the process. */
export type Crash =
  /** Right after the n-th journal entry of this kind is durable. */
  | { readonly journal: JournalEntryKind; readonly nth: number }
  /**
   * Around the n-th start of a run: after the intent is written and before anything is sent, or after the answer and
   * before it is written.
   */
  | { readonly start: 'before' | 'after'; readonly nth: number }
  /** Right after the n-th transaction of the table that writes an item whose `<pk>/<sk>` matches. */
  | { readonly wrote: string; readonly nth: number };

/** A single failure, for entries that are only written then. */
export type Mishap = 'function-throttled' | 'watcher-fails';

export type Order =
  | { readonly open: string; readonly simulators: Simulators; readonly crash?: Crash; readonly mishap?: Mishap }
  | { readonly close: string };

export interface Simulators {
  readonly harness: string;
  readonly clusters: Readonly<Record<string, string>>;
}

export type Answer =
  | { readonly opened: string; readonly url: string }
  /** With the number of entries of each kind. */
  | { readonly closed: string; readonly kinds: Partial<Record<JournalEntryKind, number>> };

const pace: Pace = {
  pollExecutor: 40,
  pollCluster: 40,
  watchFor: 1_500,
  idleFor: 200,
  watcherAge: 3_600_000,
  intentGrace: 200,
  abortGrace: 5_000,
  lease: 250,
  survey: 3_600_000,
  sweepAge: 250,
};

/** The power does not fail here: what a killed process has written stays. */
const nothing = async (): Promise<void> => {};
const unsyncedDisk: Disk = {
  syncFile: nothing,
  syncFolder: nothing,
  open: async () => ({ sync: nothing, close: nothing }),
};

const clock = new SystemClock();
const random = new SystemRandom();
const runtimes = new Map<string, Runtime>();
const kinds: Partial<Record<JournalEntryKind, number>> = {};
let transactions = 0;
let starts = 0;
let crash: Crash | undefined;

/** Nothing of ours runs after this: no handler, no finally, no flush. */
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const onJournal = (kind: JournalEntryKind): void => {
  kinds[kind] = (kinds[kind] ?? 0) + 1;
  if (crash !== undefined && 'journal' in crash && crash.journal === kind && crash.nth === kinds[kind]) die();
};

const transact = SqliteTable.prototype.transact;
SqliteTable.prototype.transact = async function (writes) {
  await transact.call(this, writes);
  if (crash === undefined || !('wrote' in crash)) return;
  const pattern = new RegExp(crash.wrote);
  if (writes.some((write) => pattern.test(nameOf(write)))) transactions += 1;
  if (transactions === crash.nth) die();
};

/** A check in a transaction has no name. */
const nameOf = (write: Write): string => {
  if ('check' in write) return '';
  const { pk, sk } = 'put' in write ? write.put : 'update' in write ? write.update : write.delete;
  return `${pk}/${sk}`;
};

/** True for the first time only. */
const once = (): (() => boolean) => {
  let left = true;
  return () => {
    const first = left;
    left = false;
    return first;
  };
};

const executorFor = (url: string, mishap: Mishap | undefined): Executor => {
  const names = { account: 'simulated', org: 'default', project: 'simulated', apiKey: 'none' };
  const api = new HttpHarnessApi({ baseUrl: url, ...names, clock, random, budget: unlimited });
  const real = new HarnessExecutor({ api, clock, readsPerMinute: 60_000 });
  const opened = clock.now();
  const fails = once();
  return {
    /**
     * The test waits until the starts of dead processes are settled. So a start requested in an earlier life is late at
     * once, and one of this life never is.
     */
    get lateStartMilliseconds() {
      return clock.now() - opened;
    },
    start: async (request, latest) => {
      starts += 1;
      const isTime = crash !== undefined && 'start' in crash && crash.nth === starts ? crash.start : undefined;
      if (isTime === 'before') die();
      const started = await real.start(request, latest);
      if (isTime === 'after') die();
      return started;
    },
    look: async (watched) => {
      const isSought = watched.some(({ ref, correlation }) => ref === undefined && correlation !== undefined);
      if (mishap === 'watcher-fails' && isSought && fails()) throw new Error('a mishap that was ordered');
      return real.look(watched);
    },
    cancel: (request, ref) => real.cancel(request, ref),
    whereToLook: (request, correlation) => real.whereToLook(request, correlation),
  };
};

const clusterFor = (urls: Simulators['clusters'], mishap: Mishap | undefined): ((name: string) => Promise<Cluster>) => {
  const clusters = new Clusters(simulatedConfiguration().connections.clusters, { simulated: urls });
  const fails = once();
  return async (name) => {
    if (mishap === 'function-throttled' && fails())
      throw Object.assign(new Error('a mishap that was ordered'), { name: 'Lambda.TooManyRequestsException' });
    return clusters.get(name);
  };
};

const obey = async (order: Order): Promise<Answer> => {
  if ('close' in order) {
    await runtimes.get(order.close)!.close();
    runtimes.delete(order.close);
    return { closed: order.close, kinds };
  }
  const { open, simulators, mishap } = order;
  crash = order.crash;
  const executor = executorFor(simulators.harness, mishap);
  const runtime = await startRuntime({
    port: 0,
    data: open,
    configuration: simulatedConfiguration(),
    simulators,
    pace,
    executor: () => executor,
    cluster: clusterFor(simulators.clusters, mishap),
    onJournal,
    disk: unsyncedDisk,
  });
  runtimes.set(open, runtime);
  return { opened: open, url: runtime.url };
};

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line) as Order);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
