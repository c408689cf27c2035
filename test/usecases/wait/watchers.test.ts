import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { clusterWatcher, executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { ensureWatcher, reviveWatcher } from '../../../lib/usecases/wait/watchers.ts';
import { FakeClock, StartOnlyWorkflow } from '../batch/api-world.ts';

const longest = 'c'.repeat(63);

test('no place watches a cluster that is in no place any more, once its watcher has stopped', async () => {
  const workflow = new StartOnlyWorkflow();
  const table = new SqliteTable(':memory:');
  const deps = { table, workflow, clock: new FakeClock(), random: { next: () => 0.5 }, pace: cloudPace };
  const watcher = clusterWatcher('vault');
  const places = () => workflow.started.map((one) => JSON.stringify(one).includes('payments'));
  await ensureWatcher(deps, watcher, 'payments');
  await table.transact([{ update: keys.watcher(watcher), set: { until: 0 } }]);
  await reviveWatcher(deps, watcher);
  await table.transact([{ update: keys.watcher(watcher), set: { until: 0 } }]);
  await ensureWatcher(deps, watcher);
  expect(places()).toEqual([true, true, false]);
});

test('every watcher has an execution of its own, under a name that Step Functions takes', async () => {
  const workflow = new StartOnlyWorkflow();
  const deps = {
    table: new SqliteTable(':memory:'),
    workflow,
    clock: new FakeClock(),
    random: { next: () => 0.5 },
    pace: cloudPace,
  };
  const clusters = ['eu-west', 'eu.west', 'eu_west', `${longest}1`, `${longest}2`].map(clusterWatcher);
  const accounts = [`harness:${'a'.repeat(127)}1`, `harness:${'a'.repeat(127)}2`, 'harness:a$b', 'harness:a-b'];
  const watchers = [...clusters, ...accounts.map(executorWatcher)];
  for (const watcher of watchers) await ensureWatcher(deps, watcher);
  const names = workflow.started.map(({ name }) => name);
  expect(new Set(names).size).toBe(watchers.length);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  expect(names[0]).toBe('cluster-eu-west-1');
  expect(names.at(-1)).toBe('executor-harness-a-b-1');
});
