import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { allRights } from '../../lib/domain/grants/rights.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import type {
  BusEvent,
  Cluster,
  Executor,
  Item,
  RunState,
  Table,
  Workflow,
  WorkloadView,
  Write,
} from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { concludeBatch } from '../../lib/usecases/batch/conclude-batch.ts';
import { finishBatch } from '../../lib/usecases/batch/finish-batch.ts';
import { listBatches } from '../../lib/usecases/batch/list-batches.ts';
import { readBatch } from '../../lib/usecases/batch/read-batch.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { recordOutcome } from '../../lib/usecases/deployment/record-outcome.ts';
import { startDeployment } from '../../lib/usecases/deployment/start-deployment.ts';
import { startRestore } from '../../lib/usecases/deployment/start-restore.ts';
import { takeHint } from '../../lib/usecases/deployment/take-hint.ts';
import { watchExecutor } from '../../lib/usecases/deployment/watch-executor.ts';
import { type AskedBy, cloudPace, type Deps, type Pace } from '../../lib/usecases/deps.ts';
import { measureWork } from '../../lib/usecases/measurement/measure-work.ts';
import { planBatch } from '../../lib/usecases/plan/plan-batch.ts';
import { publishEvents, type WrittenEvent } from '../../lib/usecases/record/publish-events.ts';
import { readEvents } from '../../lib/usecases/record/read-events.ts';
import { ownWaitingRoom } from '../../lib/usecases/record/waiting-room.ts';
import { captureBaseline } from '../../lib/usecases/rollout/capture-baseline.ts';
import { lookBack } from '../../lib/usecases/rollout/look-back.ts';
import { ObserverMemory } from '../../lib/usecases/rollout/observer.ts';
import { verifyRollout } from '../../lib/usecases/rollout/verify-rollout.ts';
import { watchCluster } from '../../lib/usecases/rollout/watch-cluster.ts';
import { awaitTurn } from '../../lib/usecases/schedule/await-turn.ts';
import { dispatchTurns } from '../../lib/usecases/schedule/dispatch-turns.ts';
import { sweep } from '../../lib/usecases/sweep.ts';
import { everyWatcher } from '../../lib/usecases/wait/watchers.ts';
import { viewOf } from '../domain/rollout/objects.ts';
import { lookOneByOne, unaskedExecutor } from '../unasked-executor.ts';
import { FakeClock, MemoryDocuments } from './batch/api-world.ts';
import { MemoryUploads } from './batch/memory-uploads.ts';
/**
 * One is broken: its rollout fails, and version 1, which ran before, comes back. It has a dependent, so it comes first
 * in the plan.
 */ import { MemoryAnchors, testSigner } from './record/memory-anchors.ts';

export const storyYaml = `version: v1.0
metadata: { name: Story }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, retry_count: 0 }
deployments:
  - { pillar: shared, service_name: good, docker_image_version: "2" }
  - { pillar: shared, service_name: bad, docker_image_version: "2-bad", metadata: { rollback_strategy: automatic } }
  - { pillar: shared, service_name: last, docker_image_version: "2", metadata: { dependencies: [bad] } }
`;

/** The outside world: running versions, started runs, and every order that we got. */
interface Outside {
  readonly versions: Map<string, string>;
  readonly runs: Map<string, { readonly service: string; readonly version: string }>;
  readonly answered: string[];
  readonly bus: BusEvent[];
}

/** The cluster shows what a run has deployed. It cannot pull an image whose tag ends in `-bad`. */
const showing = (version: string, workload: Workload): WorkloadView => {
  const isBad = version.endsWith('-bad');
  const waits = {
    name: 'app',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason: 'InvalidImageName', message: 'no such name' } },
  };
  return viewOf({
    image: `reg/${workload.name}:${version}`,
    revision: version === '1' ? 1 : 2,
    generation: version === '1' ? 1 : 2,
    ...(isBad
      ? {
          status: { readyReplicas: 0, availableReplicas: 0 },
          podStatus: { phase: 'Pending', containerStatuses: [waits] },
        }
      : {}),
  });
};

const clusterOf = ({ versions }: Outside): Cluster => ({
  address: 'https://cluster#ca',
  identify: async () => ['kube-system:story'],
  read: async (workloads) => workloads.map((workload) => showing(versions.get(workload.name) ?? '1', workload)),
  logs: async () => ['a line'],
  probe: async () => ({ status: 200, message: 'HTTP 200' }),
});

const executorOf = ({ runs, versions }: Outside): Executor => ({
  ...unaskedExecutor,
  lateStartMilliseconds: 600_000,
  start: async ({ key, deployment, version }) => {
    runs.set(`run-${key}`, { service: deployment.service_name, version });
    return { kind: 'started', ref: `run-${key}`, url: `https://executor/run-${key}` };
  },
  look: lookOneByOne(({ ref = '' }) => {
    const { service, version } = runs.get(ref)!;
    versions.set(service, version);
    return { kind: 'found', ref, state: succeeded };
  }),
});

const succeeded: RunState = { phase: 'terminal', outcome: 'succeeded', raw: 'Success' };

const workflowOf = ({ answered }: Outside): Workflow => ({
  start: async (machine, name) => `arn:${machine}:${name}`,
  describe: async () => ({ status: 'RUNNING' }),
  succeed: async (token) => void answered.push(`${token} goes on`),
  fail: async (token, error) => void answered.push(`${token} fails: ${error}`),
});

/** Nobody looks long at nothing. */
const storyPace: Pace = { ...cloudPace, idleFor: 2_000, pollExecutor: 2_000 };

/** It keeps every transaction, so that a story can start again in the middle. */
class KeptTable implements Table {
  readonly transactions: (readonly Write[])[];
  readonly #table = new SqliteTable(':memory:');

  constructor(transactions: readonly (readonly Write[])[]) {
    this.transactions = [...transactions];
  }

  async replay(): Promise<this> {
    for (const writes of this.transactions) await this.#table.transact(writes);
    return this;
  }

  get: Table['get'] = (key) => this.#table.get(key);
  query: Table['query'] = (query) => this.#table.query(query);
  transact: Table['transact'] = async (writes) => {
    await this.#table.transact(writes);
    this.transactions.push(writes);
  };
  synced: Table['synced'] = () => this.#table.synced();

  close(): void {
    this.#table.close();
  }
}

/** All that a story is at one moment. */
interface Moment {
  readonly transactions: readonly (readonly Write[])[];
  readonly texts: ReadonlyMap<string, string>;
  readonly time: number;
  readonly ids: number;
  readonly outside: Outside;
}

const beginning: Moment = {
  transactions: [],
  texts: new Map(),
  time: Date.UTC(2026, 8, 30, 6),
  ids: 0,
  outside: { versions: new Map(), runs: new Map(), answered: [], bus: [] },
};

export interface Scene {
  readonly deps: Deps & AskedBy;
  readonly outside: Outside;
  moment(): Moment;
  close(): void;
}

export const sceneAt = async (moment: Moment): Promise<Scene> => {
  const table = await new KeptTable(moment.transactions).replay();
  const documents = new MemoryDocuments();
  for (const [path, text] of moment.texts) documents.texts.set(path, text);
  const clock = new FakeClock();
  clock.time = moment.time;
  let ids = moment.ids;
  const { versions, runs, answered, bus } = moment.outside;
  const outside = { versions: new Map(versions), runs: new Map(runs), answered: [...answered], bus: [...bus] };
  const { catalogue } = simulatedConfiguration();
  const deps: Deps & AskedBy = {
    ...{
      table,
      documents,
      clock,
      uploads: new MemoryUploads(clock),
      waitingRoom: ownWaitingRoom(),
      workflow: workflowOf(outside),
      pace: storyPace,
    },
    random: { next: () => 0.5 },
    ids: { next: () => `01TEST${String(++ids).padStart(6, '0')}` },
    bus: {
      put: async (events) => {
        outside.bus.push(...events);
        return [];
      },
    },
    anchors: new MemoryAnchors(),
    signer: testSigner,
    catalogue: async () => catalogue,
    rights: allRights,
    executor: async () => executorOf(outside),
    cluster: async () => clusterOf(outside),
  };
  return {
    ...{ deps, outside },
    moment: () => ({ transactions: table.transactions, texts: documents.texts, time: clock.time, ids, outside }),
    close: () => table.close(),
  };
};

const batch_id = '01TEST000001';
const child = (index: number, token: string) => ({ batch_id, index, token, execution_arn: `arn:child-${index}` });

const rowsOf = async (table: Table, pk: string): Promise<readonly Item[]> =>
  (await table.query({ pk, limit: 1000 })).items;

export const eventsOf = async ({ table }: Pick<Deps, 'table'>): Promise<readonly WrittenEvent[]> =>
  (await rowsOf(table, keys.event(batch_id, 0, 0).pk)) as unknown as readonly WrittenEvent[];

/** Every watcher once, from its first look until it has nothing to watch. */
const watchAll = async (deps: Deps & AskedBy): Promise<void> => {
  for await (const watcher of everyWatcher(deps)) {
    const { generation } = (await deps.table.get(keys.watcher(watcher))) as unknown as { readonly generation: number };
    const task = { watcher, generation, started_at: deps.clock.now() };
    if (watcher.startsWith('cluster:')) await watchCluster(deps, task, new ObserverMemory());
    else await watchExecutor(deps, task);
  }
};

const verify = (index: number, attempt: number | 'restore', token: string) => (deps: Deps & AskedBy) =>
  verifyRollout(deps, { ...child(index, token), attempt });

export interface Act {
  readonly name: string;
  readonly does: (deps: Deps & AskedBy) => Promise<unknown>;
}

/** Every use case in the order of a batch's life, with those that only look in between. */
export const acts: readonly Act[] = [
  { name: 'submit', does: (deps) => submitBatch(deps, { text: storyYaml, actor: 'ada', idempotencyKey: 'story' }) },
  { name: 'plan', does: (deps) => planBatch(deps, { batch_id, execution_arn: 'arn:batch' }) },
  {
    name: 'list what is not scheduled yet',
    does: (deps) => listDeployments(deps, { batchId: batch_id, limit: 10 }),
  },
  ...[0, 1, 2].map((index) => ({
    name: `await turn ${index}`,
    does: (deps: Deps & AskedBy) => awaitTurn(deps, child(index, `turn-${index}`)),
  })),
  { name: 'dispatch', does: (deps) => dispatchTurns(deps, { holder: 'one' }) },
  ...[0, 1].map((index) => ({
    name: `capture ${index}`,
    does: (deps: Deps & AskedBy) => captureBaseline(deps, { batch_id, index }),
  })),
  ...[0, 1].map((index) => ({
    name: `deploy ${index}`,
    does: (deps: Deps & AskedBy) => startDeployment(deps, { ...child(index, `deploy-${index}`), attempt: 1 }),
  })),
  { name: 'hint', does: (deps) => takeHint(deps, { given: 'key', keys: ['key'] }) },
  { name: 'list what is in work', does: (deps) => listDeployments(deps, { batchId: batch_id, limit: 10 }) },
  { name: 'watch the runs', does: watchAll },
  { name: 'verify 0', does: verify(0, 1, 'verify-0') },
  { name: 'verify 1', does: verify(1, 1, 'verify-1') },
  { name: 'watch the rollouts', does: watchAll },
  { name: 'look back', does: (deps) => lookBack(deps, { batch_id, index: 0 }) },
  { name: 'restore', does: (deps) => startRestore(deps, child(0, 'restore')) },
  { name: 'watch the restore', does: watchAll },
  { name: 'verify the restore', does: verify(0, 'restore', 'verify-restore') },
  { name: 'watch the restored', does: watchAll },
  { name: 'measure', does: measureWork },
  { name: 'cancel', does: (deps) => cancelBatch(deps, { batchId: batch_id, actor: 'bob' }) },
  { name: 'record 0', does: (deps) => recordOutcome(deps, { ...child(0, ''), error: { Error: 'AttemptEnded' } }) },
  { name: 'dispatch the rest', does: (deps) => dispatchTurns(deps, { holder: 'two' }) },
  {
    name: 'sweep',
    does: async (deps) => {
      await deps.clock.sleep(2 * cloudPace.sweepAge);
      await sweep(deps, { holder: 'sweeper' });
    },
  },
  { name: 'conclude', does: (deps) => concludeBatch(deps, { batch_id, round: 1 }) },
  { name: 'finish', does: (deps) => finishBatch(deps, { batch_id }) },
  { name: 'dispatch the end', does: (deps) => dispatchTurns(deps, { holder: 'three' }) },
  { name: 'publish', does: async (deps) => publishEvents(deps, await eventsOf(deps)) },
  { name: 'read', does: (deps) => readBatch(deps, { named: batch_id, actor: 'ada' }) },
  { name: 'read by less', does: (deps) => readBatch(deps, { named: 'latest', actor: 'ada' }) },
  { name: 'list', does: (deps) => listBatches(deps, { limit: 5 }) },
  { name: 'read events', does: (deps) => readEvents(deps, { batchId: batch_id, after: 0, wait: 0, limit: 100 }) },
];

/** The moments before each act, and the end. */
export const tellStory = async (): Promise<readonly Moment[]> => {
  const moments = [beginning];
  for (const { does } of acts) {
    const scene = await sceneAt(moments.at(-1)!);
    await does(scene.deps);
    moments.push(scene.moment());
    scene.close();
  }
  return moments;
};
