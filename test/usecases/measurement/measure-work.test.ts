import { expect, test } from 'vitest';
import { newBudget } from '../../../lib/domain/budget/budget.ts';
import type { HoldRow } from '../../../lib/domain/holds/hold.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { measureWork } from '../../../lib/usecases/measurement/measure-work.ts';
import { World } from '../../workflow/world.ts';

const measured = async (world: World): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries((await measureWork(world.deps)).map(({ name, value }) => [name, value]));

const nothing = {
  ...{ OpenBatches: 0, WaitingTurns: 0, InFlight: 0, RollbacksUnderWay: 0 },
  ...{ Holds: 0, OpenCircuits: 0, StuckWaits: 0, RejectedMessages: 0 },
};

test('counts what waits and what is in flight while a batch runs, and nothing before and after', async () => {
  const world = await World.make();
  expect(await measured(world)).toEqual(nothing);
  const wanted = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name }));
  const batchId = await world.submit(wanted, { strategy: { max_concurrency: 2 } });
  expect(await measured(world)).toEqual({ ...nothing, OpenBatches: 1 });
  await world.until(async () => (await measured(world)).InFlight === 2);
  expect(await measured(world)).toEqual({ ...nothing, OpenBatches: 1, InFlight: 2, WaitingTurns: 3 });
  await world.sealed(batchId);
  expect(await measured(world)).toEqual(nothing);
});

test('reports a stuck wait when its deadline, its grace and five sweeps have passed, and not before', async () => {
  const world = await World.make();
  const { clock, pace, table } = world.deps;
  const watcher = 'executor:acme';
  const waiting = { deployment: { executor: { settings: {} } } };
  const stuck = clock.now() - pace.abortGrace - 5 * pace.sweepAge;
  await table.transact([
    { put: itemOf(keys.watcher(watcher), { watcher, generation: 1, until: 0 }) },
    ...[stuck - 1, stuck, clock.now()].map((deadline, index) => ({
      put: itemOf(keys.watch(watcher, 'B', index, 'deploy-1'), { deadline }),
    })),
    // The deadline of a run that waits for a person moves.
    {
      put: itemOf(keys.watch(watcher, 'B', 9, 'deploy-1'), { ...waiting, deadline: stuck - 1, human_since: stuck - 1 }),
    },
  ]);
  expect((await measured(world)).StuckWaits).toBe(1);
});

test('measures the limit of requests to executors where a budget counts them: the lowest of several', async () => {
  const world = await World.make();
  const { clock, table } = world.deps;
  const now = clock.now();
  const lowered = { ...newBudget(300, now), rate: 200, throttled_at: now - 60_000 };
  await table.transact([
    { put: itemOf(keys.budget('harness:a'), newBudget(300, now)) },
    { put: itemOf(keys.budget('harness:b'), lowered) },
  ]);
  expect(await measured(world)).toEqual({ ...nothing, ExecutorBudgetAllowed: 206 });
});

test('counts the undelivered messages until somebody removes them', async () => {
  const world = await World.make();
  await world.table.transact([{ put: itemOf(keys.rejected('1'), {}) }, { put: itemOf(keys.rejected('2'), {}) }]);
  expect((await measured(world)).RejectedMessages).toBe(2);
});

test('counts holds that are in force, circuits apart, and none that are over', async () => {
  const world = await World.make();
  const { clock, table } = world.deps;
  const hold = { scope: {}, rollbacks: false, reason: '', by: 'ada', since: 0, seq: 1, changed_at: 0 };
  const rows: readonly Partial<HoldRow>[] = [
    { kind: 'pause' },
    { kind: 'pause', until: clock.now() + 1 },
    { kind: 'pause', until: clock.now() },
    { kind: 'circuit', until: clock.now() + 1 },
  ];
  await table.transact(rows.map((row, at) => ({ put: itemOf(keys.hold(`${at}`), { ...hold, ...row, id: `${at}` }) })));
  expect(await measured(world)).toEqual({ ...nothing, Holds: 2, OpenCircuits: 1 });
});

test('counts a rollback while it runs', async () => {
  const world = await World.make();
  const batchId = await world.submit([{ name: 'a' }]);
  const header = await world.header(batchId);
  const origin = { kind: 'rollback', of: 'other' } as const;
  await world.table.transact([{ put: itemOf(keys.header(batchId), { ...header, origin }) }]);
  expect(await measured(world)).toMatchObject({ OpenBatches: 1, RollbacksUnderWay: 1 });
});
