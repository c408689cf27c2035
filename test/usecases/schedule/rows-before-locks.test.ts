import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Item } from '../../../lib/domain/ports.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, type LockRow, rowOf, type TurnRow } from '../../../lib/domain/record/rows.ts';
import { launchRun, runPlace } from '../../../lib/usecases/deployment/launch-run.ts';
import { listDeployments } from '../../../lib/usecases/deployment/list-deployments.ts';
import { resolveDeployment } from '../../../lib/usecases/deployment/resolve-deployment.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { readPlanned } from '../../../lib/usecases/plan/plan-store.ts';
import { type DispatcherMemory, dispatchTurns } from '../../../lib/usecases/schedule/dispatch-turns.ts';
import { instantExecutor } from '../../bench/instant-world.ts';
import { makeWorld, planned, type World } from '../batch/api-world.ts';

/**
 * Rows written by commit c4c0118, when only targets had locks, in the middle of a run of its own. `a` of the first
 * batch is UNKNOWN and keeps its lock. `b` of the second runs under its turn with `c` behind it. `b` of the third waits
 * for the target.
 */
const before = JSON.parse(readFileSync(join(import.meta.dirname, 'rows-before-locks.json'), 'utf8')) as {
  readonly batches: Readonly<Record<'one' | 'two' | 'three', string>>;
  readonly rows: readonly Item[];
  readonly documents: Readonly<Record<string, object>>;
};
const { one, two, three } = before.batches;

let world: World;
let memory: DispatcherMemory;

beforeEach(async () => {
  world = makeWorld();
  memory = { holder: 'new' };
  for (const put of before.rows) await world.table.transact([{ put }]);
  for (const [path, document] of Object.entries(before.documents)) {
    await world.documents.put(path, JSON.stringify(document));
  }
});

const deps = () => ({
  ...world.deps,
  pace: cloudPace,
  workflow: Object.assign(world.workflow, { succeed: async () => {}, fail: async () => {} }),
  executor: async () => instantExecutor,
});

const tell = async (...messages: readonly InboxMessage[]): Promise<void> => {
  for (const message of messages)
    await world.table.transact([{ put: itemOf(keys.inbox(world.ids.next()), { message }) }]);
  await dispatchTurns(deps(), memory);
};

const recorded = (batch_id: string, index: number): InboxMessage => ({
  ...{ type: 'recorded', batch_id, index, status: 'SUCCESS' },
});

const turnOf = async (batchId: string, index: number) =>
  rowOf<TurnRow>(await world.table.get(keys.turn(batchId, index)));

const locks = async (): Promise<string[]> => {
  const { items } = await world.table.query({ pk: 'DISPATCHER', prefix: 'LOCK#', limit: 100 });
  return items.map((item) => {
    const { batch_id, index, state } = rowOf<LockRow>(item)!;
    return `${item.sk.slice('LOCK#'.length)} ${state} ${batch_id}:${index}`;
  });
};

const target = (service: string) => `staging/cluster-eu-1/shared/${service}`;
const object = (service: string) => `/cluster:cluster-eu-1/shared/deployment/${service}`;

/** A batch of today that deploys these services. */
const plannedToday = async (...services: readonly string[]): Promise<string> => {
  const defaults = { environment_id: 'staging', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' };
  const deployments = services.map((service_name) => ({ pillar: 'shared', service_name, docker_image_version: '9' }));
  const { batchId } = await planned(world, JSON.stringify({ version: 'v1.0', defaults, deployments }));
  await tell({ type: 'planned', batch_id: batchId });
  return batchId;
};

test('a deployment in flight goes on under its turn, and releases its lock at its end', async () => {
  await tell();
  expect(await locks()).toEqual([`${target('a')} unknown ${one}:0`, `${target('b')} held ${two}:0`]);
  const deployment = await readPlanned(world.deps, two, 0);
  const place = runPlace({ batch_id: two, index: 0 }, 'deploy-2', deployment);
  expect(await launchRun(deps(), { place, deployment, version: '2.0.0', attempt: 2 })).toBe(true);
  await tell(recorded(two, 0));
  expect((await turnOf(two, 1))?.state).toBe('granted');
  expect((await turnOf(three, 1))?.state).toBe('granted');
});

test('another that wants its target waits, and says for which batch', async () => {
  const { deployments } = await listDeployments(world.deps, { batchId: three, limit: 10, from: 1 });
  expect(deployments).toMatchObject([
    {
      message: `Waits for batch ${two}, which is working on ${target('b')}.`,
      waiting_for: [{ kind: 'lock', name: target('b'), locks: [target('b')], batch_id: two, status: 'PROCESSING' }],
    },
  ]);
});

test('a batch of today shares the target with older batches, and locks the object too', async () => {
  const today = await plannedToday('b', 'c');
  expect(await turnOf(today, 0)).toBeUndefined();
  expect((await turnOf(today, 1))?.locks).toEqual([object('c'), target('c')]);
  await tell(recorded(two, 0), recorded(three, 1));
  expect((await turnOf(today, 0))?.locks).toEqual([object('b'), target('b')]);
  // The sheet of `c` only knows its target, which the new batch has.
  expect(await turnOf(two, 1)).toBeUndefined();
  await tell(recorded(today, 1));
  expect((await turnOf(two, 1))?.state).toBe('granted');
});

test('an UNKNOWN deployment keeps its lock until it is resolved', async () => {
  const refused = await plannedToday('a');
  expect(await turnOf(refused, 0)).toMatchObject({
    state: 'refused',
    message: `Not started: batch ${one} left ${target('a')} UNKNOWN; resolve it first.`,
  });
  const found = { status: 'FAILED', reason: 'nothing was started', actor: 'ada' } as const;
  await resolveDeployment(world.deps, { batchId: one, key: 'shared/a', ...found });
  const next = await plannedToday('a');
  expect((await turnOf(next, 0))?.state).toBe('granted');
});
