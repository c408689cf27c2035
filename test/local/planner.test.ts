import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { create } from '../../functions/api/create-api.ts';
import { create as createPlanBatch } from '../../functions/plan-batch.ts';
import type { Table } from '../../lib/domain/ports.ts';
import { localActor } from '../../lib/domain/record/actor.ts';
import { clusterWatcher, keys } from '../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../lib/domain/record/rows.ts';
import type { RolloutWatchRow } from '../../lib/domain/record/watch-rows.ts';
import { mostQueued, Planner } from '../../lib/local/planner/planner.ts';
import { apiWithPlanner, planWithPlanner, small } from '../../lib/local/planner/with-planner.ts';
import { judgeOnce } from '../../lib/usecases/rollout/judge-once.ts';
import { viewOf } from '../domain/rollout/objects.ts';
import { type Call, callApi } from '../functions/api-call.ts';
import { makeWorld, manyYaml, readHeader, releaseYaml, submitted } from '../usecases/batch/api-world.ts';
import { aboutToStart } from '../usecases/deployment/about-to-start.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const large = manyYaml(1_000);

/** Every read of the table waits while the gate is shut: then the thread is busy, at any speed. */
const makeServer = (world = makeWorld()) => {
  let shut = Promise.withResolvers<void>();
  shut.resolve();
  const asked: string[] = [];
  const gated = new Proxy(world.table, {
    get:
      (table, name: keyof Table) =>
      async (...given: readonly never[]) => {
        asked.push(name);
        await shut.promise;
        return (table[name] as (...given: readonly never[]) => unknown)(...given);
      },
  });
  const planner = new Planner({ ...world.deps, table: gated }, world.catalogue);
  cleanups.push(() => planner.close());
  const api = apiWithPlanner(planner, create(world.deps));
  const call = (method: string, path: string, one: Call = {}) => callApi(api, method, path, one);
  const shutGate = (): (() => void) => {
    shut = Promise.withResolvers<void>();
    return () => shut.resolve();
  };
  return { world, planner, call, asked, shutGate };
};

const subject = (name: string) => ({ ...localActor, subject: name });
const planOf = ({ call }: ReturnType<typeof makeServer>, name: string) =>
  call('POST', '/batches/plan', { body: large, actor: subject(name) });

describe('a large batch', () => {
  test('gets the same answer from the thread as without it', async () => {
    const server = makeServer();
    const direct = makeWorld();
    const plan = await server.call('POST', '/batches/plan', { body: large });
    expect(plan).toEqual(await callApi(create(direct.deps), 'POST', '/batches/plan', { body: large }));
    const { status, body } = await server.call('POST', '/batches', { body: large, actor: subject('ada') });
    expect([status, body.total]).toEqual([202, 1_000]);
    expect(await readHeader(server.world, body.batch_id)).toMatchObject({ submitted_by: 'ada', status: 'PENDING' });
    expect(server.world.workflow.started).toMatchObject([{ machine: 'batch', name: body.batch_id }]);
    expect(server.asked).toContain('transact');
    const freeze = planWithPlanner(server.planner, server.world, createPlanBatch(server.world.deps));
    expect(await freeze({ batch_id: body.batch_id, execution_arn: 'arn' }, {} as never)).toEqual({ count: 1_000 });
    expect((await readHeader(server.world, body.batch_id)).plan_hash).toBe(plan.body.plan_hash);
  });

  test('gets its own problems and those that the ports report, by name', async () => {
    const { call, world } = makeServer();
    const wrong = large.replace('"version":"v1.0"', '"version":"v9.9"');
    expect(await call('POST', '/batches/plan', { body: wrong })).toMatchObject({
      status: 422,
      headers: { 'content-type': 'application/problem+json', 'x-content-type-options': 'nosniff' },
      body: { code: 'BatchInvalid' },
    });
    const upload = `/batches?upload=${'0123456789'.repeat(4)}`;
    expect(await call('POST', upload)).toMatchObject({ status: 404, body: { code: 'UploadNotFound' } });
    expect(world.workflow.started).toEqual([]);
  });

  test('does not block this thread, which goes on turning while the other reads', async () => {
    const server = makeServer();
    let turns = 0;
    let isOver = false;
    const turning = (async () => {
      for (; !isOver; turns += 1) await sleep(1);
    })();
    await planOf(server, 'ada');
    isOver = true;
    await turning;
    // Planned here it would be one at most.
    expect(turns).toBeGreaterThan(2);
  });

  test('a small batch is planned here', async () => {
    const server = makeServer();
    expect(Buffer.byteLength(releaseYaml)).toBeLessThan(small.bytes);
    expect((await server.call('POST', '/batches/plan', { body: releaseYaml })).status).toBe(200);
    expect(server.asked).toEqual([]);
  });
});

/** A watched rollout, and the look at its cluster that finds it done. */
const watchedRollout = async () => {
  const { world, batchId: batch_id, deployment, item } = await aboutToStart();
  const at = world.clock.now();
  const row: RolloutWatchRow = {
    ...{ batch_id, index: 0, wait: 'verify-1', baseline: { exists: false }, at, deadline: at + 900_000 },
    deployment: { ...deployment, health_check: { enabled: false } },
    expected: { version: '3.0.2', artifactType: 'docker' },
  };
  const key = keys.watch(clusterWatcher(deployment.cluster), batch_id, 0, 'verify-1');
  const known: ItemRow = { ...item, step: 'verify', deadline: row.deadline };
  await world.table.transact([{ put: itemOf(key, row) }, { put: itemOf(keys.item(batch_id, 0), known) }]);
  const nobody = () => Promise.reject(new Error('shows the view'));
  const cluster = { address: 'https://cluster#ca', identify: nobody, read: nobody, logs: nobody, probe: nobody };
  const judge = async (): Promise<string | undefined> => {
    await judgeOnce(world.deps, { row, cluster, view: viewOf({ image: 'reg/app:3.0.2' }), memory: {} });
    return rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))?.status;
  };
  return { world, judge };
};

describe('with a full queue', () => {
  test('the next request must come back later, and one subject gets fewer places', async () => {
    const server = makeServer();
    const open = server.shutGate();
    const names = ['ada', 'ada', 'ada', 'bob', 'bob'];
    const plans = names.map((name) => planOf(server, name));
    expect(names).toHaveLength(1 + mostQueued.all);
    for (const name of ['ada', 'cyd']) {
      const { status, headers, body } = await planOf(server, name);
      expect([status, body.code, headers['retry-after']]).toEqual([429, 'TooManyRequests', '10']);
      expect(headers).toMatchObject({
        'content-type': 'application/problem+json',
        'x-content-type-options': 'nosniff',
      });
    }
    open();
    expect((await Promise.all(plans)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await planOf(server, 'cyd')).status).toBe(200);
  });

  test('one subject cannot take all places', async () => {
    const server = makeServer();
    const open = server.shutGate();
    const first = Array.from({ length: 1 + mostQueued.ofOne }, () => planOf(server, 'ada'));
    expect((await planOf(server, 'ada')).status).toBe(429);
    const other = planOf(server, 'bob');
    open();
    expect((await Promise.all([...first, other])).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test('answers cancels and health checks, and judges a rollout, before any plan is done', async () => {
    const rollout = await watchedRollout();
    const server = makeServer(rollout.world);
    const batchId = await submitted(server.world);
    const order: string[] = [];
    const note =
      (what: string) =>
      <Value>(value: Value): Value => {
        order.push(what);
        return value;
      };
    const open = server.shutGate();
    const plans = ['ada', 'ada', 'ada', 'bob', 'bob'].map((name) => planOf(server, name).then(note('plan')));
    const before = server.world.clock.now();
    const cancel = await server.call('POST', `/batches/${batchId}/cancel`).then(note('cancel'));
    const health = await server.call('GET', '/health').then(note('health'));
    const judged = await rollout.judge().then(note('rollout'));
    open();
    await Promise.all(plans);
    expect([cancel.status, health.status, judged]).toEqual([202, 200, 'SUCCESS']);
    expect(order).toEqual(['cancel', 'health', 'rollout', 'plan', 'plan', 'plan', 'plan', 'plan']);
    // Nobody waited: no time has passed.
    expect(server.world.clock.now()).toBe(before);
  });

  test('work of the engine goes before requests, and is never refused', async () => {
    const server = makeServer();
    const { body } = await server.call('POST', '/batches', { body: large });
    const order: string[] = [];
    const open = server.shutGate();
    const plans = ['ada', 'ada', 'bob', 'bob', 'cyd'].map((name) =>
      planOf(server, name).then(() => order.push('plan')),
    );
    const payload = { batch_id: body.batch_id, execution_arn: 'arn' };
    const task = server.planner.run({ kind: 'task', payload }).then(() => order.push('task'));
    open();
    await Promise.all([...plans, task]);
    expect(order).toEqual(['plan', 'task', 'plan', 'plan', 'plan', 'plan']);
  });
});

describe('the thread', () => {
  test('skips requests whose sender has left', async () => {
    const server = makeServer();
    const open = server.shutGate();
    const first = planOf(server, 'ada');
    const left = AbortSignal.abort(new Error('left'));
    const event = { rawPath: '/batches/plan' } as never;
    const gone = server.planner.run({ kind: 'request', event, actor: localActor }, left);
    const refused = expect(gone).rejects.toThrow('left');
    open();
    await refused;
    expect((await first).status).toBe(200);
  });

  test('keeps nothing of a sender who leaves while others are being served', async () => {
    const server = makeServer();
    const open = server.shutGate();
    const first = planOf(server, 'ada');
    const sender = new AbortController();
    const event = { rawPath: '/batches/plan' } as never;
    const gone = server.planner.run({ kind: 'request', event, actor: localActor }, sender.signal);
    sender.abort(new Error('left'));
    // The gate is still shut: the first one is still running.
    await expect(gone).rejects.toThrow('left');
    open();
    expect((await first).status).toBe(200);
  });

  test('closes with requests still waiting', async () => {
    const server = makeServer();
    server.shutGate();
    const plans = [planOf(server, 'ada'), planOf(server, 'bob')];
    server.planner.close();
    plans.push(planOf(server, 'cyd'));
    expect((await Promise.all(plans)).map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(await server.world.table.get(keys.header('none'))).toBeUndefined();
  });
});
