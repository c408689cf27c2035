import { expect, onTestFinished, test, vi } from 'vitest';
import { reportOf } from './report.ts';
import { World } from './world.ts';

test('while the place of anchors is down, batches, feeds and the bus go on; their ends are anchored when it is back', async () => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  onTestFinished(() => logged.mockRestore());
  const world = await World.make();
  const away = vi.spyOn(world.anchors, 'put').mockRejectedValue(new Error('away'));
  const ids = [await world.submit([{ name: 'one' }]), await world.submit([{ name: 'two' }])];
  for (const id of ids) await world.settled(id);
  await world.pass(200);
  expect(world.faults).toEqual([]);
  expect(logged.mock.calls.length).toBe(away.mock.calls.length);
  const ends = world.published.filter(({ detail }) => detail.actor === 'finish');
  expect(ends.map(({ detail }) => detail.batch_id).sort()).toEqual(ids);
  away.mockRestore();
  await world.pass(200);
  for (const id of ids) await reportOf(world, id);
  expect((await world.table.query({ pk: 'UNANCHORED', limit: 1 })).items).toEqual([]);
});
