import { describe, expect, test } from 'vitest';
import { someOf } from '../thorough.ts';
import { type DeathAt, deathsIn } from './deaths.ts';
import { wrongIndex } from './index-law.ts';
import { endOf, listed, rollbacksOf, startedTwice, toldOf } from './rollback-world.ts';
import { World } from './world.ts';

const stack = [{ name: 'db' }, { name: 'api', needs: ['db'] }, { name: 'web', needs: ['api'] }];
/** Somebody else continues what these leave. */
const takenUp = ['finish-batch', 'watch-cluster', 'record-outcome', 'dispatch-turns'] as const;
/** Where these die, it is unknown whether they began: a deployment, or the plan, may fail because of it. */
const given = ['plan-batch', 'capture-baseline', 'start-deployment'] as const;

/**
 * A batch that fails and rolls itself back. A function is killed at its nth call that changes something. Returns how
 * many calls there were.
 */
const runWithDeathAt = async (name: string, { nth, when, heard, check }: Death): Promise<number> => {
  const world = await World.open({ sweepEvery: 60_000 });
  let calls = 0;
  world.meter.fault = (call) => {
    if (world.log.current !== name || !/^table\.transact$|^workflow\.|^documents\.put$/.test(call.name))
      return undefined;
    calls += 1;
    if (calls !== nth) return undefined;
    world.log.kill(name, heard);
    if (name === 'dispatch-turns') world.renewDispatcher();
    return { error: new Error('killed'), when };
  };
  world.executor.scripts.set('web@2.0.0', { ends: 'failed' });
  const batch = await world.submit(stack, { strategy: { on_failure: 'rollback' } });
  await world.settled(batch);
  expect(startedTwice(world)).toEqual([]);
  await check(world, batch);
  expect(await wrongIndex(world)).toEqual([]);
  world.close();
  return calls;
};

interface Death extends DeathAt {
  readonly heard: 'error' | 'fault';
  readonly check: Check;
}

type Check = (world: World, batch: string) => Promise<void>;

const isBack: Check = async (world, batch) => {
  const rollbacks = await rollbacksOf(world, batch);
  const told = { ...(await toldOf(world, batch)), end: await endOf(world, batch) };
  expect({ rollbacks: rollbacks.length, listed: (await listed(world)).length, ...told }).toEqual({
    ...{ rollbacks: 1, listed: 2 },
    ...{ db: 'ROLLBACK RolledBack', api: 'ROLLBACK RolledBack', web: 'FAILED RestoredPreviousRelease' },
    end: 'ROLLBACK RolledBack',
  });
  expect(await endOf(world, rollbacks[0]!)).toBe('SUCCESS AllSucceeded');
  expect(stack.map((one) => world.cluster.running(one.name))).toEqual(['1.0.0', '1.0.0', '1.0.0']);
};

/** It is over, with any result, and both batches say the same. */
const isOver: Check = async (world, batch) => {
  const headers = await listed(world);
  expect(headers.map(({ ended_at, rolling_back }) => [typeof ended_at, rolling_back])).toEqual(
    headers.map(() => ['number', undefined]),
  );
  const [rollback] = await rollbacksOf(world, batch);
  expect(headers).toHaveLength(rollback === undefined ? 1 : 2);
  const { reason } = await world.header(batch);
  if (rollback !== undefined) expect(['RolledBack', 'RollbackIncomplete']).toContain(reason);
};

const atEachCall = async (name: string, { heard, check }: Pick<Death, 'heard' | 'check'>): Promise<void> => {
  const calls = await runWithDeathAt(name, { nth: 0, when: 'after', heard, check: isBack });
  expect(calls).toBeGreaterThan(0);
  for (const { nth, when } of someOf(deathsIn(calls), 6)) await runWithDeathAt(name, { nth, when, heard, check });
};

describe('killed at each call that changes something', () => {
  test.each(takenUp)('%s: a batch is rolled back once, and ends', (name) =>
    atEachCall(name, { heard: 'error', check: isBack }),
  );

  test.each(given)('%s: nothing starts twice, and both batches end', (name) =>
    atEachCall(name, { heard: 'error', check: isOver }),
  );

  // Not for a start: nobody can know whether a run began between its intent and its death.
  test.each(['plan-batch', 'capture-baseline'] as const)(
    '%s, by a fault of Lambda: a batch is rolled back once, and ends',
    (name) => atEachCall(name, { heard: 'fault', check: isBack }),
  );
});
