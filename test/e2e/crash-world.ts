import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { Item } from '../../lib/domain/ports.ts';
import { Child } from './child.ts';
import type { Answer, Crash, Mishap, Order, Simulators } from './crashing-runtime.ts';

/**
 * The program as one file: the tests start it some fifty times, and a bundle starts three times as fast. It is two folders
 * deep, like the sources and the published bundle: `ownFile` looks for the state machines from there.
 */
const program = `node_modules/.flotilla-e2e/crashing-runtime-${process.pid}.mjs`;
const root = fileURLToPath(new URL('../..', import.meta.url));
const bundle = (): Promise<unknown> =>
  build({
    entryPoints: [join(root, 'test/e2e/crashing-runtime.ts')],
    outfile: join(root, program),
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
    // CommonJS packages load Node's own modules by require.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  });

const cluster = 'cluster-eu-1';
/** A case takes two seconds. This only ends what hangs, and then says what hung. */
const longestLife = 300_000;

/** What happens to one data folder: crashes one after the other, each in a process of its own. */
export interface Story {
  readonly crashes: readonly Crash[];
  readonly mishap?: Mishap;
}

interface Deployment {
  readonly index: number;
  readonly key: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly attempts: number;
  readonly runs: readonly { readonly key: string; readonly ref?: string }[];
  readonly release_after?: string;
}

interface Batch {
  readonly batch_id: string;
  readonly status: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly ended_at?: string;
}

interface StoredEvent {
  readonly id: string;
  readonly status: string;
}

interface FeedEvent {
  readonly number: number;
  readonly index?: number;
  readonly seq: number;
  readonly to: string;
}

/** Everything visible of a batch at the end. */
export interface Aftermath {
  readonly batches: number;
  readonly batch: Batch;
  readonly deployments: readonly Deployment[];
  readonly events: readonly FeedEvent[];
  /** Changes in the table, numbered or not. */
  readonly eventRows: number;
  /** How many runs the simulator counted for each attempt. */
  readonly runs: Readonly<Record<string, number>>;
  readonly leftovers: readonly string[];
  readonly locks: readonly Item[];
  readonly opened: Extract<Answer, { opened: string }>;
  readonly closed: Extract<Answer, { closed: string }>;
}

/** Simulators that outlive every crash, and a process that goes on where others died. */
export class CrashWorld {
  readonly #clusterProcess = new Child('lib/simulators/cluster/main.ts', {
    args: ['--tick-milliseconds', '20', '--pod-start-milliseconds', '30', '--exit-with-stdin'],
  });
  #harnessProcess: Child | undefined;
  #simulators: Simulators | undefined;
  #folders: string[] = [];
  #children: Child[] = [];
  #survivor: Child | undefined;
  #told = Promise.resolve();

  async start(): Promise<void> {
    await bundle();
    this.#survivor = this.#spawn();
    const { url } = (await this.#clusterProcess.answer<{ url: string }>())!;
    const pace = ['--event-milliseconds', '20', '--stage-milliseconds', '50', '--requests-per-minute', '0'];
    this.#harnessProcess = new Child('lib/simulators/harness/main.ts', {
      args: [...pace, '--exit-with-stdin', '--cluster', `${cluster}=${url}`],
    });
    const harness = (await this.#harnessProcess.answer<{ url: string }>())!.url;
    this.#simulators = { harness, clusters: { [cluster]: url } };
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.#children, this.#clusterProcess, this.#harnessProcess].map((process) => process?.stop()),
    );
    rmSync(join(root, program), { force: true });
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  /** Plays a story, goes on after its last crash, and checks the outcome. */
  async live(name: string, { crashes, mishap }: Story): Promise<Aftermath> {
    await this.#seed(name);
    const data = mkdtempSync(join(tmpdir(), 'flotilla-crash-'));
    this.#folders.push(data);
    const order = { open: data, simulators: this.#simulators!, ...(mishap === undefined ? {} : { mishap }) };
    for (const crash of crashes) await this.#crashOnce(name, { ...order, crash });
    return this.#survive(name, data);
  }

  /** Without any crash, in a process of its own, so that its writes can be counted. */
  async undisturbed(name: string, mishap?: Mishap): Promise<Aftermath> {
    await this.#seed(name);
    const data = mkdtempSync(join(tmpdir(), 'flotilla-crash-'));
    this.#folders.push(data);
    return this.#survive(name, data, { process: this.#spawn(), ...(mishap === undefined ? {} : { mishap }) });
  }

  #spawn(): Child {
    const child = new Child(program);
    this.#children.push(child);
    return child;
  }

  /** The release to restore after a failure. */
  async #seed(name: string): Promise<void> {
    const seeds = [{ name: `${name}-engine`, namespace: 'risk', image: `registry.example.com/${name}-engine:1.9.0` }];
    const body = JSON.stringify(seeds);
    const url = `${this.#simulators!.clusters[cluster]}/simulator/seed`;
    const seeded = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    if (!seeded.ok) throw new Error(`the cluster was not seeded: ${await seeded.text()}`);
  }

  async #crashOnce(name: string, order: Extract<Order, { open: string }>): Promise<void> {
    const process = this.#spawn();
    process.write(order);
    const answer = await process.answer<Extract<Answer, { opened: string }>>();
    // A process that died at its start accepts no batch; one that dies during the submission gives no answer.
    if (answer !== undefined) await submit(answer.url, name).catch(() => {});
    const ending = await Promise.race([process.ended, tooLate(process, order)]);
    await this.#untilSettled();
    if (ending.signal !== 'SIGKILL')
      throw new Error(`it was not killed, it ended with ${ending.code}:\n${process.output}`);
    if (process.output.includes('"level":"ERROR"')) throw new Error(`it complained:\n${process.output}`);
  }

  async #survive(
    name: string,
    data: string,
    { process = this.#survivor!, mishap }: { readonly process?: Child; readonly mishap?: Mishap } = {},
  ): Promise<Aftermath> {
    const order: Order = { open: data, simulators: this.#simulators!, ...(mishap === undefined ? {} : { mishap }) };
    const opened = await this.#tell<Extract<Answer, { opened: string }>>(process, order);
    const { batch_id } = await submit(opened.url, name);
    const table = new SqliteTable(join(data, 'flotilla.db'));
    try {
      await this.#untilQuiet(opened.url, batch_id, table);
      const seen = await look(opened.url, batch_id);
      const closed = await this.#tell<Extract<Answer, { closed: string }>>(process, { close: data });
      const eventRows = (await all(table, `EVENTS#${batch_id}`)).length;
      const runs = await this.#runsOf(batch_id);
      const left = { leftovers: await leftoversOf(table), locks: await all(table, 'DISPATCHER', 'LOCK#') };
      return { ...seen, eventRows, runs, ...left, opened, closed };
    } finally {
      table.close();
    }
  }

  /** Returns when its patience ends: the test judges what is left then. */
  async #untilQuiet(url: string, batchId: string, table: SqliteTable): Promise<void> {
    for (const since = Date.now(); Date.now() - since < longestLife; await sleep(100)) {
      const { ended_at } = await get<Batch>(url, `/batches/${batchId}`);
      if (ended_at !== undefined && (await leftoversOf(table)).length === 0) return;
    }
  }

  /**
   * What the simulator had accepted has its run. From now on, a start of a dead process either has one or never will.
   */
  async #untilSettled(): Promise<void> {
    const queued = async () => {
      const { events } = await get<{ events: StoredEvent[] }>(this.#simulators!.harness, '/simulator/events');
      return events.flatMap(({ id, status }) => (status === 'QUEUED' ? [id] : []));
    };
    for (let left = await queued(); left.length > 0; await sleep(20)) {
      const still = new Set(await queued());
      left = left.filter((id) => still.has(id));
    }
  }

  /** A process answers its orders in their order. */
  #tell<T>(process: Child, order: Order): Promise<T> {
    const answer = this.#told.then(async () => {
      process.write(order);
      const given = await process.answer<T>();
      if (given === undefined) throw new Error(`the process has ended:\n${process.output}`);
      return given;
    });
    this.#told = answer.then(
      () => {},
      () => {},
    );
    return answer;
  }

  async #runsOf(batchId: string): Promise<Readonly<Record<string, number>>> {
    const { by_key } = await get<{ by_key: Record<string, number> }>(this.#simulators!.harness, '/simulator/runs');
    return Object.fromEntries(Object.entries(by_key).filter(([key]) => key.startsWith(`${batchId}-`)));
  }
}

const tooLate = async (process: Child, order: Order): Promise<never> => {
  await sleep(longestLife, undefined, { ref: false });
  throw new Error(`it was never reached: ${JSON.stringify(order)}\n${process.output}`);
};

/**
 * Four deployments: two that succeed in turn; one whose pipeline fails after it has changed the cluster; one that
 * depends on it.
 */
const batchOf = (name: string): string => `
version: v1.0
metadata: { name: ${name} }
defaults: { environment_id: staging, infrastructure_id: ${cluster}, docker_artifact_type: docker, timeout: 3600 }
deployments:
  - { pillar: clearing, service_name: ${name}-store, docker_image_version: 1.0.1 }
  - { pillar: clearing, service_name: ${name}-api, docker_image_version: 3.1.0, metadata: { dependencies: [${name}-store] } }
  - pillar: risk
    service_name: ${name}-engine
    docker_image_version: 2.0.0-pipeline-fails-late
    metadata: { rollback_strategy: automatic, retry_count: 0 }
  - { pillar: data, service_name: ${name}-report, docker_image_version: 1.2.0, metadata: { dependencies: [${name}-engine] } }
`;

/** With a key, like every caller that may have to send it again. */
const submit = async (url: string, name: string): Promise<{ readonly batch_id: string }> => {
  const headers = { 'content-type': 'application/yaml', 'idempotency-key': name };
  const response = await fetch(`${url}/batches`, { method: 'POST', headers, body: batchOf(name) });
  if (!response.ok) throw new Error(`the batch was refused: ${await response.text()}`);
  return (await response.json()) as { batch_id: string };
};

const get = async <T>(url: string, path: string): Promise<T> => (await (await fetch(`${url}${path}`)).json()) as T;

const look = async (
  url: string,
  id: string,
): Promise<Pick<Aftermath, 'batches' | 'batch' | 'deployments' | 'events'>> => {
  const { batches } = await get<{ batches: unknown[] }>(url, '/batches');
  const { deployments } = await get<{ deployments: Deployment[] }>(url, `/batches/${id}/deployments`);
  const { events } = await get<{ events: FeedEvent[] }>(url, `/batches/${id}/events?limit=1000`);
  return { batches: batches.length, batch: await get<Batch>(url, `/batches/${id}`), deployments, events };
};

const all = async (table: SqliteTable, pk: string, prefix = ''): Promise<readonly Item[]> =>
  (await table.query({ pk, ...(prefix === '' ? {} : { prefix }), limit: 1000 })).items;

/** Rows that are not needed once a batch is sealed. */
const leftoversOf = async (table: SqliteTable): Promise<readonly string[]> => {
  const watchers = await all(table, 'WATCHERS');
  const rows = await Promise.all([
    all(table, 'INBOX'),
    all(table, 'OPEN'),
    ...['TURN#', 'BATCH#', 'PAGE#'].map((prefix) => all(table, 'DISPATCHER', prefix)),
    ...watchers.map(({ sk }) => all(table, `WATCH#${sk}`)),
  ]);
  return rows.flat().map(({ pk, sk }) => `${pk}/${sk}`);
};
