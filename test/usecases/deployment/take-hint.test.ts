import { describe, expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { clusterWatcher, executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { takeHint } from '../../../lib/usecases/deployment/take-hint.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { watchLoop } from '../../../lib/usecases/wait/watch-loop.ts';
import { ensureWatcher } from '../../../lib/usecases/wait/watchers.ts';
import { FakeClock, StartOnlyWorkflow } from '../batch/api-world.ts';

const key = 'k'.repeat(40);
const acme = executorWatcher('harness:acme');
const idle = executorWatcher('harness:idle');
const cluster = clusterWatcher('eu-1');
const applied = executorWatcher('kubernetes:eu-1');

const makeHintWorld = async () => {
  const clock = new FakeClock();
  const workflow = new StartOnlyWorkflow();
  const deps = {
    table: new SqliteTable(':memory:'),
    workflow,
    clock,
    random: { next: () => 0.5 },
    pace: { ...cloudPace, watchFor: 60_000 },
  };
  for (const watcher of [acme, idle, cluster, applied]) await ensureWatcher(deps, watcher);
  const watched = (watcher: string) =>
    deps.table.transact([{ put: itemOf(keys.watch(watcher, 'B1', 0, 'deploy-1'), { at: 1 }) }]);
  for (const watcher of [acme, cluster, applied]) await watched(watcher);
  workflow.started.length = 0;
  return { deps, clock, workflow };
};

const hinted = async ({ deps }: Awaited<ReturnType<typeof makeHintWorld>>): Promise<readonly string[]> =>
  (await deps.table.query({ pk: 'HINTS', limit: 10 })).items.map(({ sk }) => sk);

describe('a hint', () => {
  test('reaches the watchers of executors that follow pipeline runs, and no others', async () => {
    const world = await makeHintWorld();
    await takeHint(world.deps, { given: key, keys: [key] });
    expect(await hinted(world)).toEqual([acme]);
    expect(world.workflow.started).toEqual([]);
  });

  test('starts a watcher that is gone', async () => {
    const world = await makeHintWorld();
    await world.clock.sleep(3_600_000);
    await takeHint(world.deps, { given: key, keys: [key] });
    expect(world.workflow.started.map(({ input }) => input.watcher)).toEqual([acme]);
  });

  test.each(['', 'x', key.slice(1), `${key}k`, key.toUpperCase()])(
    'of a stranger ("%s") changes nothing',
    async (given) => {
      const world = await makeHintWorld();
      await world.clock.sleep(3_600_000);
      await takeHint(world.deps, { given, keys: [key] });
      expect(await hinted(world)).toEqual([]);
      expect(world.workflow.started).toEqual([]);
    },
  );
});

describe('a watcher', () => {
  /** When it looks, in seconds since its start. Hints come at these seconds. */
  const looks = async (interval: number, hints: readonly number[]): Promise<readonly number[]> => {
    const world = await makeHintWorld();
    const { deps, clock } = world;
    const start = clock.now();
    const seconds = () => (clock.now() - start) / 1000;
    const due = [...hints];
    const hintingClock = {
      now: () => clock.now(),
      sleep: async (milliseconds: number) => {
        await clock.sleep(milliseconds);
        while (due[0] !== undefined && due[0] <= seconds()) {
          due.shift();
          await takeHint(deps, { given: key, keys: [key] });
        }
      },
    };
    const at: number[] = [];
    const task = { watcher: acme, generation: 1, started_at: start };
    const look = async () => void at.push(seconds());
    await watchLoop({ ...deps, clock: hintingClock }, task, { interval, look });
    return at;
  };

  test.each([
    ['without a hint, at its own interval', 10_000, [], [0, 10, 20, 30, 40, 50]],
    ['within two seconds of a hint', 10_000, [13], [0, 10, 14, 24, 34, 44, 54]],
    ['once for hints that come together', 10_000, [13, 13, 14], [0, 10, 14, 24, 34, 44, 54]],
    ['at the very start of its pause', 30_000, [1, 3], [0, 2, 4, 34]],
    ['that looks often anyway, at its own interval', 2_000, [3], Array.from({ length: 30 }, (_, at) => at * 2)],
  ])('looks %s', async (_, interval, hints, expected) => {
    expect(await looks(interval, hints)).toEqual(expected);
  });
});
