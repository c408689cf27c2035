import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { WatcherRow } from '../../../lib/domain/record/watch-rows.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { watchLoop } from '../../../lib/usecases/wait/watch-loop.ts';
import { ensureWatcher, everyWatcher, readWatched, reviveWatcher } from '../../../lib/usecases/wait/watchers.ts';
import { FakeClock } from '../batch/api-world.ts';

const watcher = 'cluster:eu';
const { idleFor, sweepAge, watcherAge, watchFor } = cloudPace;

/** A watcher of the generation 3, and what it is to watch. */
const scene = async (...watched: readonly string[]) => {
  const table = new SqliteTable(':memory:');
  const clock = new FakeClock();
  const begun = clock.time;
  const started: unknown[] = [];
  const workflow = {
    start: async (...what: unknown[]) => {
      started.push(what);
      return 'arn';
    },
  };
  const unused = () => Promise.reject(new Error('nobody is to ask'));
  const deps = {
    ...{ table, clock, random: { next: () => 0.5 }, pace: cloudPace },
    workflow: { ...workflow, describe: unused, succeed: unused, fail: unused },
  };
  const add = (name: string) => table.transact([{ put: itemOf(keys.watch(watcher, name, 0, 'verify-1'), { name }) }]);
  const put = (row: Partial<WatcherRow>) =>
    table.transact([{ put: itemOf(keys.watcher(watcher), { watcher, generation: 3, until: 1, ...row }) }]);
  await put({});
  for (const name of watched) await add(name);
  const looks: (readonly [number, string])[] = [];
  const remove = (name: string) => table.transact([{ delete: keys.watch(watcher, name, 0, 'verify-1') }]);
  const looked = async (rows: readonly { readonly name: string }[]) => {
    looks.push([clock.time - begun, rows.map(({ name }) => name).join(' ')]);
  };
  const run = (look = looked, task = {}) =>
    watchLoop(deps, { watcher, generation: 3, started_at: begun, ...task }, { interval: 1_000, look });
  const row = async () => rowOf<WatcherRow>(await table.get(keys.watcher(watcher)));
  return { table, clock, begun, started, deps, add, put, remove, looks, looked, run, row };
};

test('looks at every interval while there is something to watch, until its time is over, and then asks to be called again', async () => {
  const { run, looks, row, begun, clock } = await scene('a', 'b');
  expect(await run()).toEqual({ more: true });
  expect(looks).toHaveLength(watchFor / 1_000);
  expect([looks[0], looks.at(-1)]).toEqual([
    [0, 'a b'],
    [watchFor - 1_000, 'a b'],
  ]);
  expect([await row(), clock.time - begun]).toEqual([
    expect.objectContaining({ generation: 3, until: begun + watchFor + sweepAge }),
    watchFor,
  ]);
});

test('waits at the end for what is under way, half a minute at most, still looking, and under a lease', async () => {
  const { deps, begun, looks, looked, row, add } = await scene('a');
  const at = () => deps.clock.time - begun;
  const go = (until: number) =>
    watchLoop(
      deps,
      { watcher, generation: 3, started_at: begun },
      { interval: 10_000, look: looked, isUnderWay: () => at() < until },
    );
  expect(await go(watchFor + 15_000)).toEqual({ more: true });
  expect([looks.at(-1)?.[0], at()]).toEqual([watchFor + 10_000, watchFor + 20_000]);
  expect((await row())?.until).toBe(begun + watchFor + 30_000 + sweepAge);
  await add('b');
  const second = at();
  expect(await go(Number.POSITIVE_INFINITY)).toEqual({ more: true });
  expect(at() - second).toBe(watchFor + 30_000);
});

test('with nothing to watch it leaves after a while, and so does its lease', async () => {
  const { run, looks, row, begun, clock } = await scene();
  expect(await run()).toEqual({ more: false });
  expect([looks, (await row())?.until, clock.time - begun]).toEqual([[], 0, idleFor]);
});

test('the while starts when the last one has gone', async () => {
  const { run, looked, remove, begun, clock } = await scene('a');
  let left = 5;
  const look: typeof looked = async (rows) => {
    left -= 1;
    if (left === 0) await remove('a');
    await looked(rows);
  };
  expect(await run(look)).toEqual({ more: false });
  expect(clock.time - begun).toBe(4_000 + idleFor);
});

test('what comes while it leaves keeps it', async () => {
  const { run, add, looks, deps, table, row, begun } = await scene();
  let isLate = true;
  deps.table = {
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    transact: async (writes) => {
      await table.transact(writes);
      const [write] = writes;
      if (isLate && write && 'update' in write && write.set?.until === 0) {
        isLate = false;
        await add('late');
      }
    },
  } as typeof table;
  expect(await run()).toEqual({ more: true });
  expect(looks[0]).toEqual([idleFor + 1_000, 'late']);
  expect((await row())?.until).toBe(begun + idleFor + watchFor + sweepAge);
});

test('another generation has taken over: it leaves at once, and changes nothing', async () => {
  const { run, put, looks, row } = await scene('a');
  await put({ generation: 4, until: 77 });
  expect(await run()).toEqual({ more: false });
  expect([looks, await row()]).toEqual([[], expect.objectContaining({ generation: 4, until: 77 })]);
});

test('reports a failure in a look', async () => {
  const { run } = await scene('a');
  await expect(run(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
});

test('one that is too old hands over to the next generation, unless that exists already', async () => {
  const { run, begun, started, row, put, looks } = await scene('a');
  const old = { started_at: begun - watcherAge - 1 };
  expect(await run(undefined, { started_at: begun - watcherAge })).toEqual({ more: true });
  looks.length = 0;
  expect(await run(undefined, { started_at: old.started_at })).toEqual({ more: false });
  expect([started, (await row())?.generation, looks]).toEqual([
    [['watch', 'cluster-eu-4', { kind: 'cluster', watcher, generation: 4 }]],
    4,
    [],
  ]);
  await put({ generation: 5 });
  expect(await run(undefined, old)).toEqual({ more: false });
  expect(started).toHaveLength(1);
});

const exists = new FlotillaError('ExecutionExists', 'it is over');
const away = new FlotillaError('WorkflowUnavailable', 'throttled');

interface Call {
  readonly what: string;
  /** The watcher as it is. Absent: nobody has ever asked for it. */
  readonly row?: { readonly generation: number; readonly in: number };
  /** What the workflow says to the first start. */
  readonly says?: FlotillaError;
  readonly ensured: readonly number[];
  readonly revived: readonly number[];
  /** The failure that a revival reports; making sure reports none. */
  readonly failed?: string;
}

const calls: readonly Call[] = [
  { what: 'that never was is started', ensured: [1], revived: [1] },
  {
    what: 'that has promised to look is left alone by an ensure, and found by a revival',
    row: { generation: 3, in: 1 },
    ensured: [],
    revived: [3],
  },
  { what: 'whose promise is over is found or started', row: { generation: 3, in: 0 }, ensured: [3], revived: [3] },
  {
    what: 'whose promise is over, and which has ended, is followed by the next',
    row: { generation: 3, in: 0 },
    says: exists,
    ensured: [3, 4],
    revived: [3, 4],
  },
  {
    what: 'that is on its way out delays nobody',
    row: { generation: 3, in: Number.NEGATIVE_INFINITY },
    ensured: [4],
    revived: [4],
  },
  {
    what: 'whose state is unavailable is left to the sweeper',
    row: { generation: 3, in: 0 },
    says: away,
    ensured: [3],
    revived: [3],
    failed: 'throttled',
  },
  {
    what: 'that never existed, and whose name is taken, is left to the sweeper',
    says: exists,
    ensured: [1],
    revived: [1],
    failed: 'it is over',
  },
];

test.each(calls.map((one) => [one.what, one] as const))(
  'a watcher %s',
  async (_, { row, says, ensured, revived, failed }) => {
    for (const [act, expected] of [
      [ensureWatcher, ensured],
      [reviveWatcher, revived],
    ] as const) {
      const { deps, table, begun, put, row: read } = await scene();
      if (row === undefined) await table.transact([{ delete: keys.watcher(watcher) }]);
      else await put({ generation: row.generation, until: Math.max(0, begun + row.in) });
      const started: number[] = [];
      deps.workflow.start = async (...[machine, name, input]: unknown[]) => {
        const { generation } = input as JsonObject & { readonly generation: number };
        expect([machine, name]).toEqual(['watch', `cluster-eu-${generation}`]);
        started.push(generation);
        if (says && started.length === 1) throw says;
        return 'arn';
      };
      const end = await act(deps, watcher).then(
        () => undefined,
        (error: Error) => error.message,
      );
      expect([started, end]).toEqual([expected, act === reviveWatcher ? failed : undefined]);
      const next = started.at(-1);
      if (next !== undefined && next !== row?.generation)
        expect(await read()).toMatchObject({ generation: next, until: begun + 60_000 });
    }
  },
);

test('an ensure reports what is broken', async () => {
  const { deps } = await scene();
  deps.workflow.start = () => Promise.reject(new Error('a bug'));
  deps.clock.time += 100;
  await expect(ensureWatcher(deps, watcher)).rejects.toThrow('a bug');
});

test('reads all that is watched, page by page, and watchers by their kind', async () => {
  const { deps, table, add } = await scene();
  for (let name = 0; name < 501; name += 1) await add(String(name).padStart(3, '0'));
  expect(await readWatched(deps, watcher)).toHaveLength(501);
  await table.transact(
    ['executor:a', 'executor:b'].map((name) => ({ put: itemOf(keys.watcher(name), { watcher: name }) })),
  );
  const named = async (kind?: string) => {
    const names: string[] = [];
    for await (const name of everyWatcher(deps, kind)) names.push(name);
    return names;
  };
  expect([await named(), await named('executor:')]).toEqual([
    ['cluster:eu', 'executor:a', 'executor:b'],
    ['executor:a', 'executor:b'],
  ]);
});
