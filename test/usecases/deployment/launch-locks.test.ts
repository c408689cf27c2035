import { describe, expect, test } from 'vitest';
import type { Write } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, type LockRow } from '../../../lib/domain/record/rows.ts';
import { aboutToStart } from './about-to-start.ts';
import { launch } from './launching.ts';

const put = (lock: LockRow): Write => ({ put: itemOf(keys.lock(lock.name), lock) });

/** What may happen to a lock of the turn while a run is about to start. */
const losses: readonly (readonly [string, (lock: LockRow) => Write])[] = [
  ['is gone', ({ name }) => ({ delete: keys.lock(name) })],
  ['has another fence', (lock) => put({ ...lock, fence: 8 })],
  ['has another batch as its holder', (lock) => put({ ...lock, batch_id: 'another' })],
  ['has another deployment of the batch as its holder', (lock) => put({ ...lock, index: 1 })],
  [
    'is only kept for it',
    ({ name, batch_id, index }) => put({ ...{ name, batch_id, index }, key: 'any', state: 'reserved' }),
  ],
];

/** The locks of a turn, in order: the object comes before the target. */
const places = [
  ['the object', 0],
  ['the target', 1],
] as const;

const nothing = { starts: 0, refused: 1, intent: false, answer: undefined };

describe.each(places)('no run starts when at the last moment the lock of %s', (_, at) => {
  test.each(losses)('%s', async (__, lose) => {
    const scene = await aboutToStart();
    expect(await launch(scene, 1, [lose(scene.locks[at]!)])).toEqual(nothing);
  });
});

test('the turn names both, the object first', async () => {
  const { locks, deployment } = await aboutToStart();
  expect(locks.map(({ name }) => name)).toEqual([
    '/cluster:cluster-eu-1/shared/deployment/login-api',
    deployment.target,
  ]);
});

describe('a turn from when only targets had locks', () => {
  const scene = async () => {
    const { turn, locks, ...rest } = await aboutToStart();
    const { locks: _, ...before } = turn;
    const [object, target] = locks;
    const { batch_id, index } = before;
    await rest.world.table.transact([
      { put: itemOf(keys.turn(batch_id, index), before) },
      { delete: keys.lock(object!.name) },
    ]);
    return { ...rest, turn: before, locks: [target!] };
  };

  test('starts under the lock of its target alone', async () => {
    expect(await launch(await scene(), 1, [])).toMatchObject({ starts: 1, intent: true });
  });

  test.each(losses)('starts nothing when that %s', async (_, lose) => {
    const before = await scene();
    expect(await launch(before, 1, [lose(before.locks[0]!)])).toEqual(nothing);
  });
});
