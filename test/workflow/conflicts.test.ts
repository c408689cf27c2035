import { expect, test } from 'vitest';
import { keyOf } from '../../lib/adapters/table-limits.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Write } from '../../lib/domain/ports.ts';
import { well } from './path.ts';
import { reportOf } from './report.ts';
import { World } from './world.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Makes the table refuse a transaction while another one runs on one of its items. DynamoDB does so; SQLite and the
 * engines of `npm run test:dynamodb` never do. Returns the partitions where that happened.
 */
const refuseConflicts = (world: World): ReadonlySet<string> => {
  const { table } = world;
  const transact = table.transact.bind(table);
  const underWay = new Set<string>();
  const conflicts = new Set<string>();
  table.transact = async (writes: readonly Write[]): Promise<void> => {
    const names = writes.map((write) => `${keyOf(write).pk} / ${keyOf(write).sk}`);
    const taken = names.find((name) => underWay.has(name));
    if (taken !== undefined) {
      conflicts.add(taken.split(' / ')[0]!);
      throw new FlotillaError('TableBusy', `the table is busy: TransactionConflict on ${taken}`);
    }
    for (const name of names) underWay.add(name);
    try {
      for (let turns = 0; turns < 3; turns += 1) await turn();
      await transact(writes);
    } finally {
      for (const name of names) underWay.delete(name);
    }
  };
  return conflicts;
};

test('deployments that ask for the same watchers at the same moment all succeed', async () => {
  const world = await World.make();
  const conflicts = refuseConflicts(world);
  const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
  const batchId = await world.submit(
    names.map((name) => ({ name })),
    { strategy: { max_concurrency: 30 } },
  );
  await world.settled(batchId);
  const told = Object.values(await reportOf(world, batchId));
  expect(new Set(told.map(({ outcome, visited }) => `${outcome} | ${visited}`))).toEqual(
    new Set([`SUCCESS / Verified | ${well}`]),
  );
  expect(told).toHaveLength(30);
  expect(conflicts).toContain('WATCHERS');
});
