import { afterEach, describe, expect, test } from 'vitest';
import type { WaitingRoom } from '../../../lib/usecases/deps.ts';
import { mostWaiting, ownWaitingRoom, tableWaitingRoom } from '../../../lib/usecases/record/waiting-room.ts';
import { makeWorld } from '../batch/api-world.ts';

const worlds: ReturnType<typeof makeWorld>[] = [];
afterEach(() => {
  for (const { table } of worlds.splice(0)) table.close();
});
const tableWorld = () => {
  const world = makeWorld();
  worlds.push(world);
  return world;
};

const fill = async (room: WaitingRoom, subject: string, until: number) => {
  const entered: Awaited<ReturnType<WaitingRoom['enter']>>[] = [];
  while (entered.length < mostWaiting) entered.push(await room.enter(subject, until));
  return entered;
};

describe.each<[string, () => WaitingRoom]>([
  ['in the table', () => tableWaitingRoom(tableWorld().deps)],
  ['in this process', ownWaitingRoom],
])('who waits, counted %s', (_, make) => {
  const until = Date.UTC(2030, 0);

  test('admits up to the limit for one subject, and still admits another subject', async () => {
    const room = make();
    expect((await fill(room, 'ada', until)).every((leave) => leave !== undefined)).toBe(true);
    expect(await room.enter('ada', until)).toBeUndefined();
    expect(await room.enter('bob', until)).toBeDefined();
  });

  test('makes room when leaving', async () => {
    const room = make();
    const [leave] = await fill(room, 'ada', until);
    await leave!();
    expect(await room.enter('ada', until)).toBeDefined();
    expect(await room.enter('ada', until)).toBeUndefined();
  });
});

test('removes a killed client a little after its time', async () => {
  const { deps, clock } = tableWorld();
  const room = tableWaitingRoom(deps);
  const until = clock.now() + 20_000;
  const [late] = await fill(room, 'ada', until);
  clock.time = until + 4_999;
  expect(await room.enter('ada', until + 20_000)).toBeUndefined();
  clock.time = until + 5_000;
  expect(await room.enter('ada', until + 20_000)).toBeDefined();
  // Another client has the place by now.
  await expect(late!()).rejects.toMatchObject({ name: 'ConditionFailed' });
});
