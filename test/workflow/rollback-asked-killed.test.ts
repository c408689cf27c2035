import { describe, expect, test } from 'vitest';
import { rollBackTarget } from '../../lib/usecases/undo/roll-back-target.ts';
import { someOf } from '../thorough.ts';
import { deathsIn } from './deaths.ts';
import { endOf, listed, roll, startedIn, startedTwice } from './rollback-world.ts';
import { World } from './world.ts';

const stack = [{ name: 'db' }, { name: 'api', needs: ['db'] }];
const part = 'api-batches';

interface Story {
  readonly what: string;
  /** Makes the request, and makes it again where the first one has left nothing. */
  readonly prepare: (world: World) => Promise<{ readonly ask: () => Promise<unknown>; readonly batch?: string }>;
  readonly ends: Readonly<Record<string, string>>;
  /** Including the calls of the preparation. */
  readonly batches: number;
}

const stories: readonly Story[] = [
  {
    what: 'the rollback of a batch that has ended',
    prepare: async (world) => {
      const batch = await world.submit(stack);
      await world.settled(batch);
      return { batch, ask: () => roll(world, batch) };
    },
    ends: { db: '1.0.0', api: '1.0.0' },
    batches: 2,
  },
  {
    what: 'the rollback of a batch that still runs',
    prepare: async (world) => {
      const batch = await world.submit([...stack, { name: 'web', needs: ['api'] }]);
      await world.until(async () => (await startedIn(world, batch)).includes('api'));
      return { batch, ask: () => roll(world, batch) };
    },
    ends: { db: '1.0.0', api: '1.0.0', web: '1.0.0' },
    batches: 2,
  },
  {
    what: 'one target back',
    prepare: async (world) => {
      for (const version of ['1.3.2', '1.4.0']) await world.settled(await world.submit([{ name: 'db', version }]));
      const asked = { key: 'shared/db', environment: 'staging', reason: 'bad', actor: 'ada' };
      return { ask: () => rollBackTarget(world.deps, asked) };
    },
    ends: { db: '1.3.2' },
    batches: 3,
  },
];

/** A caller without an answer asks again, unless it sees that it was done. */
const isDone = async (world: World, { batch, before }: { batch?: string | undefined; before: number }) => {
  const { rollback_request, rolling_back } = batch === undefined ? {} : await world.header(batch);
  return rollback_request !== undefined || rolling_back !== undefined || (await listed(world)).length > before;
};

const askWithDeathAt = async (story: Story, nth: number, when: 'before' | 'after'): Promise<number> => {
  const world = await World.open({ sweepEvery: 60_000 });
  const { ask, batch } = await story.prepare(world);
  const before = (await listed(world)).length;
  let calls = 0;
  world.meter.fault = ({ name }) => {
    if (world.log.current !== part || !/^table\.transact$|^workflow\.|^documents\.put$/.test(name)) return undefined;
    calls += 1;
    if (calls !== nth) return undefined;
    world.log.kill(part, 'error');
    return { error: new Error('killed'), when };
  };
  const answered = await world.log.during(part, ask).then(
    () => true,
    () => false,
  );
  expect(answered).toBe(nth === 0);
  world.meter.fault = undefined;
  await world.idle();
  if (!(await isDone(world, { batch, before }))) await ask();
  await world.until(async () => (await listed(world)).length === story.batches);
  const headers = await listed(world);
  for (const { batch_id } of headers) await world.settled(batch_id);
  const running = Object.keys(story.ends).map((name) => [name, world.cluster.running(name)]);
  expect(Object.fromEntries(running), `${when} call ${nth}`).toEqual(story.ends);
  expect(startedTwice(world)).toEqual([]);
  expect(await listed(world)).toHaveLength(story.batches);
  if (batch !== undefined) expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
  expect(world.rights.denied).toEqual([]);
  world.close();
  return calls;
};

describe('the asking process is killed at each call that changes something: it happens once, and ends', () => {
  test.each(stories)('$what', async (story) => {
    const calls = await askWithDeathAt(story, 0, 'after');
    expect(calls).toBeGreaterThan(0);
    for (const { nth, when } of someOf(deathsIn(calls), 4)) await askWithDeathAt(story, nth, when);
  });
});
