import { describe, expect, test } from 'vitest';
import { keys } from '../../lib/domain/record/keys.ts';
import { retryRequest } from '../../lib/usecases/requests/retry-request.ts';
import { someOf } from '../thorough.ts';
import { deathsIn } from './deaths.ts';
import {
  create,
  ended,
  identifierOf,
  part,
  requestOptions,
  rowOfRequest,
  startedBatches,
  statusOf,
  update,
} from './request-world.ts';
import { World } from './world.ts';

describe('requests', () => {
  test('of one deployment run one after another, in the order they came', async () => {
    const world = await World.make(requestOptions);
    await create(world, 'web', 'r-1');
    await update(world, 'web', 'r-2', 4);
    await update(world, 'web', 'r-3', 5);
    // Their answers came before any of them has ended.
    expect(await statusOf(world, 'r-3')).toBe('CREATED');
    await ended(world, ['r-1', 'r-2', 'r-3']);
    const rows = await Promise.all(['r-1', 'r-2', 'r-3'].map((id) => rowOfRequest(world, id)));
    expect(startedBatches(world)).toEqual(rows.map((row) => row!.batch_id));
    expect(await Promise.all(['r-1', 'r-2', 'r-3'].map((id) => statusOf(world, id)))).toEqual(Array(3).fill('SUCCESS'));
    expect(rows.map((row) => row!.replica_count)).toEqual([2, 4, 5]);
    expect(world.cluster.running(identifierOf('web'))).toBe('2.0.0');
  });

  test('wait for a held one before them, no matter what else could start', async () => {
    const world = await World.make(requestOptions);
    world.executor.scripts.set(identifierOf('web'), { takes: 600 });
    await create(world, 'web', 'r-1');
    await update(world, 'web', 'r-2');
    await create(world, 'other', 'r-9');
    await world.pass(300);
    expect(await statusOf(world, 'r-9')).toBe('SUCCESS');
    expect((await world.header((await rowOfRequest(world, 'r-2'))!.batch_id)).status).toBe('PENDING');
    await ended(world, ['r-1', 'r-2']);
    expect(await statusOf(world, 'r-2')).toBe('SUCCESS');
  });

  test('continue after a failed one, which then cannot run again', async () => {
    const world = await World.make(requestOptions);
    const user = { owner: 'ann' };
    world.executor.scripts.set(`${identifierOf('web')}@2.0.0`, { ends: 'failed' });
    await create(world, 'web', 'r-1');
    await ended(world, ['r-1']);
    expect(await statusOf(world, 'r-1')).toBe('FAILURE');
    world.executor.scripts.clear();
    await world.log.during(part, () => retryRequest(world.deps, user, 'r-1'));
    await update(world, 'web', 'r-2');
    await ended(world, ['r-1', 'r-2']);
    expect(await Promise.all(['r-1', 'r-2'].map((id) => statusOf(world, id)))).toEqual(['SUCCESS', 'SUCCESS']);
    const [first, second] = await Promise.all(['r-1', 'r-2'].map((id) => rowOfRequest(world, id)));
    expect(startedBatches(world).slice(-2)).toEqual([first!.batch_id, second!.batch_id]);
    await expect(world.log.during(part, () => retryRequest(world.deps, user, 'r-1'))).rejects.toThrow('SUCCESS');
  });

  test('many at the same time run once each', async () => {
    const world = await World.make(requestOptions);
    const names = Array.from({ length: 30 }, (_, at) => `app${at}`);
    const sent = names.flatMap((name) => [`${name}-a`, `${name}-a`].map((id) => create(world, name, id)));
    const answers = Promise.all(sent);
    let isAnswered = false;
    void answers.finally(() => {
      isAnswered = true;
    });
    // On a conflict the caller waits a little.
    await world.until(() => isAnswered);
    const placed = await answers;
    expect(placed.filter(({ created }) => created)).toHaveLength(names.length);
    await ended(
      world,
      names.map((name) => `${name}-a`),
    );
    const started = startedBatches(world);
    expect(started).toHaveLength(names.length);
    expect(new Set(started).size).toBe(names.length);
    const { items } = await world.table.query({ pk: 'BATCHES', limit: 1_000 });
    expect(items).toHaveLength(names.length);
  });
});

const changing = /^table\.transact$|^workflow\.|^documents\.put$/;

/** Kills a function at its nth call that changes something; 0 kills nobody. Returns how many there were. */
const killing = (
  world: World,
  name: string,
  { nth, when }: { nth: number; when: 'before' | 'after' },
): (() => number) => {
  let calls = 0;
  world.meter.fault = (call) => {
    if (world.log.current !== name || !changing.test(call.name)) return undefined;
    calls += 1;
    if (calls !== nth) return undefined;
    world.log.kill(name, 'error');
    return { error: new Error('killed'), when };
  };
  return () => calls;
};

const requestedTwice = async (nth: number, when: 'before' | 'after', ask: 'create' | 'update'): Promise<number> => {
  const world = await World.open(requestOptions);
  if (ask === 'update') await create(world, 'web', 'r-1');
  const send = () => (ask === 'create' ? create(world, 'web', 'r-2') : update(world, 'web', 'r-2'));
  const calls = killing(world, part, { nth, when });
  const answered = await world.log.during(part, send).then(
    () => true,
    () => false,
  );
  expect(answered).toBe(nth === 0);
  world.meter.fault = undefined;
  // A caller without an answer sends it again.
  await send();
  await ended(world, ['r-2']);
  const batches = (await world.table.query({ pk: 'BATCHES', limit: 10 })).items;
  expect(batches, `${when} call ${nth}`).toHaveLength(ask === 'create' ? 1 : 2);
  expect(startedBatches(world)).toEqual(batches.map(({ sk }) => sk));
  expect(await statusOf(world, 'r-2')).toBe('SUCCESS');
  const { items } = await world.table.query({ pk: keys.requested(identifierOf('web')).pk, limit: 10 });
  expect(items).toHaveLength(batches.length + 1);
  expect(world.rights.denied).toEqual([]);
  world.close();
  return calls();
};

describe('the process that accepts a request is killed at each call that changes something: it runs once', () => {
  test.each(['create', 'update'] as const)('%s', async (ask) => {
    const calls = await requestedTwice(0, 'after', ask);
    expect(calls).toBeGreaterThan(0);
    for (const { nth, when } of someOf(deathsIn(calls), 10)) await requestedTwice(nth, when, ask);
  });
});

const endedThenNext = async (nth: number, when: 'before' | 'after'): Promise<number> => {
  const world = await World.open(requestOptions);
  await create(world, 'web', 'r-1');
  await update(world, 'web', 'r-2');
  const calls = killing(world, 'finish-batch', { nth, when });
  await ended(world, ['r-1', 'r-2']);
  const [first, second] = await Promise.all(['r-1', 'r-2'].map((id) => rowOfRequest(world, id)));
  expect(startedBatches(world), `${when} call ${nth}`).toEqual([first!.batch_id, second!.batch_id]);
  world.meter.fault = undefined;
  world.close();
  return calls();
};

test('the process that ends a request is killed at each call that changes something: the next one starts, once', async () => {
  const calls = await endedThenNext(0, 'after');
  expect(calls).toBeGreaterThan(1);
  for (const { nth, when } of someOf(deathsIn(calls), 6)) await endedThenNext(nth, when);
});
