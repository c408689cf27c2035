import { expect, test } from 'vitest';
import { previewRollback } from '../../lib/usecases/undo/preview-rollback.ts';
import type { Wanted } from './batch-text.ts';
import { endOf, roll } from './rollback-world.ts';
import { World } from './world.ts';

/** What a preview and a rollback of a batch cost, by deployment, in the units that AWS bills. */
const costOf = async (wanted: readonly Wanted[]) => {
  let billed = { reads: 0, writes: 0, bytes: 0 };
  const world = await World.make({
    onUse: ({ reads, writes, bytes }) => {
      billed = { reads: billed.reads + reads, writes: billed.writes + writes, bytes: billed.bytes + bytes };
    },
  });
  const counted = async (act: () => Promise<unknown>) => {
    billed = { reads: 0, writes: 0, bytes: 0 };
    await act();
    const share = (sum: number): number => sum / wanted.length;
    return { reads: share(billed.reads), writes: share(billed.writes), bytes: share(billed.bytes) };
  };
  const batch = await world.submit(wanted);
  await world.settled(batch);
  const preview = await counted(() => previewRollback(world.deps, { batchId: batch }));
  const rollback = await counted(async () => {
    await roll(world, batch);
    await world.settled(batch);
  });
  expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
  return { preview, rollback };
};

const apart = (count: number): readonly Wanted[] => Array.from({ length: count }, (_, at) => ({ name: `s${at}` }));

/** All of them depend on the first. */
const hub = (count: number): readonly Wanted[] =>
  apart(count).map((one, at) => (at === 0 ? one : { ...one, needs: ['s0'] }));

test.each([
  ['that are independent', apart],
  ['that all depend on one', hub],
])('the rollback of four times as many deployments %s costs no more for each', async (_, graph) => {
  const [few, many] = [await costOf(graph(30)), await costOf(graph(120))];
  for (const what of ['preview', 'rollback'] as const) {
    for (const unit of ['reads', 'writes', 'bytes'] as const) {
      expect.soft(many[what][unit], `${unit} of the ${what}`).toBeLessThanOrEqual(few[what][unit] * 1.02);
    }
  }
  expect(many.preview.writes).toBe(0);
  expect(many.preview.reads).toBeGreaterThan(0);
});
