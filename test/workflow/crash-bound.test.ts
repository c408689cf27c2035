import { describe, expect, test } from 'vitest';
import { functionsTable } from '../../lib/infra/functions-table.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { isThorough, someOf } from '../thorough.ts';
import { deathsIn } from './deaths.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import { World } from './world.ts';

/**
 * How long work may stop when its process is killed, as docs/architecture-waits.md states it. The sweeper comes once a
 * minute, as lib/infra/application-stack.ts has it.
 */
const sweepEvery = 60_000;
const bounds = {
  /** The machine hears of it, waits 5 s and calls again. */
  'its function is killed': 5_000,
  /**
   * Nobody hears of it before the state's time is over. On AWS the function's own limit ends it half a minute earlier.
   */
  'its function hangs': 335_000,
  /** The next sweep finds it gone. */
  'its execution is stopped': sweepEvery,
} as const;

type Death = keyof typeof bounds;

interface Watcher {
  readonly name: 'watch-executor' | 'watch-cluster';
  readonly execution: string;
  /** How often it has looked. */
  readonly looks: (world: World) => number;
}

const watchers: readonly Watcher[] = [
  {
    name: 'watch-executor',
    execution: 'executor-harness-simulated',
    looks: ({ executor }) => executor.observations,
  },
  { name: 'watch-cluster', execution: 'cluster-cluster-eu-1', looks: ({ cluster }) => cluster.reads },
];

const latestArn = async (world: World, { execution }: Watcher): Promise<string> => {
  const stateMachineArn = world.watchArn('any').replace(':execution:', ':stateMachine:').replace(/:any$/, '');
  const { executions } = await world.engine.listExecutions({ stateMachineArn, statusFilter: 'RUNNING' });
  return executions.map(({ executionArn }) => executionArn).find((arn) => arn.includes(`:${execution}`))!;
};

const kill = async (world: World, watcher: Watcher, death: Death): Promise<void> => {
  // Killed before its execution is stopped. Otherwise it would go on in this process and do the work all the same.
  const killed = world.log.kill(watcher.name, death === 'its function is killed' ? 'error' : 'nothing');
  expect(killed).toBe(1);
  if (death !== 'its execution is stopped') return;
  await world.engine.stopExecution({ executionArn: await latestArn(world, watcher), cause: 'by the test' });
};

/** Seconds after the batch was sent. The last ones are after the first call of the watcher has ended. */
const moments = [34, 59.9, 60.1, 239.5, 275];

const cases = watchers.flatMap((watcher) =>
  (Object.keys(bounds) as Death[]).flatMap((death) => moments.map((moment) => ({ watcher, death, moment }))),
);

describe('a watcher dies', () => {
  test.each(someOf(cases, 10))('$watcher.name, after $moment s: $death', async ({ watcher, death, moment }) => {
    const world = await World.make({ sweepEvery });
    // One is being verified while the other one runs, from before the first moment until after the last one.
    world.executor.scripts.set('a', { takes: 20, settles: 800 });
    world.executor.scripts.set('b', { takes: 800 });
    const batchId = await world.submit([
      { name: 'a', timeout: 1_800 },
      { name: 'b', timeout: 1_800 },
    ]);
    await world.pass(moment);
    await kill(world, watcher, death);
    const [killedAt, before] = [world.clock.now(), watcher.looks(world)];
    await world.until(() => watcher.looks(world) > before);
    expect(world.clock.now() - killedAt).toBeLessThanOrEqual(bounds[death]);
    await world.settled(batchId);
    const told = Object.values(await reportOf(world, batchId));
    expect(told.map(({ outcome, starts }) => `${outcome} ${starts}`)).toEqual(told.map(() => 'SUCCESS / Verified 1'));
    await expectAllInOrder(world, batchId);
  });
});

/**
 * Runs two deployments and kills a function at its nth call that changes something. Returns how long the batch took.
 */
const runWithDeathAt = async (
  name: Watcher['name'] | 'dispatch-turns',
  { nth, when }: { readonly nth: number; readonly when: 'before' | 'after' },
): Promise<{ readonly milliseconds: number; readonly calls: number }> => {
  const world = await World.open({ sweepEvery });
  let calls = 0;
  world.meter.fault = (call) => {
    if (world.log.current !== name || !/^table\.transact$|^workflow\./.test(call.name)) return undefined;
    calls += 1;
    if (calls !== nth) return undefined;
    world.log.kill(name, 'error');
    if (name === 'dispatch-turns') world.renewDispatcher();
    return { error: new Error('killed'), when };
  };
  world.executor.scripts.set('b', { ends: 'failed' });
  const batchId = await world.submit([{ name: 'a' }, { name: 'b' }]);
  const begun = world.clock.now();
  await world.settled(batchId);
  const told = Object.entries(await reportOf(world, batchId));
  expect(told.map(([service, { outcome, starts }]) => `${service}: ${outcome} ${starts}`)).toEqual([
    'a: SUCCESS / Verified 1',
    'b: FAILED / RestoredPreviousRelease 1, restore',
  ]);
  await expectAllInOrder(world, batchId);
  const { ended_at: ended = 0 } = await world.header(batchId);
  world.close();
  return { milliseconds: ended - begun, calls };
};

/** Kills it at each of its calls that change something, and returns the longest extra time that the batch took. */
const longestLoss = async (name: Watcher['name'] | 'dispatch-turns'): Promise<number> => {
  const undisturbed = await runWithDeathAt(name, { nth: 0, when: 'after' });
  expect(undisturbed.calls).toBeGreaterThan(5);
  let longest = 0;
  for (const death of someOf(deathsIn(undisturbed.calls), 8)) {
    const { milliseconds } = await runWithDeathAt(name, death);
    longest = Math.max(longest, milliseconds - undisturbed.milliseconds);
  }
  return longest;
};

describe('dies in the middle of its work, at each call that changes something', () => {
  // An answer that was written and not sent waits for the sweeper, which leaves it alone for a minute.
  test.each(watchers)('$name', async ({ name }) =>
    expect(await longestLoss(name)).toBeLessThanOrEqual(cloudPace.sweepAge + sweepEvery),
  );

  test('dispatch-turns: its lease runs out, then the sweeper comes', async () => {
    const longest = await longestLoss('dispatch-turns');
    // Some of its deaths cost no time, and only a thorough run has them all.
    if (isThorough) expect(longest).toBeGreaterThan(cloudPace.lease);
    expect(longest).toBeLessThanOrEqual(cloudPace.lease + sweepEvery);
  });
});

test('a function that hangs is ended before its state fails it, and after it would have returned', () => {
  for (const { name } of watchers) {
    expect(functionsTable[name].timeout * 1_000).toBeGreaterThanOrEqual(cloudPace.watchFor + 60_000);
    expect(functionsTable[name].timeout + 30).toBe(330);
  }
});
