import { expect, test } from 'vitest';
import { measured } from '../../functions/sweep.ts';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { FakeClock } from '../usecases/batch/api-world.ts';

test('a count that fails does not keep the sweeper from its work, and is logged', async () => {
  const table = Object.assign(new SqliteTable(':memory:'), { query: () => Promise.reject(new Error('no such table')) });
  let swept = 0;
  const run = measured({ table, clock: new FakeClock(), pace: cloudPace }, async () => {
    swept += 1;
  });
  await expect(run()).rejects.toThrow('no such table');
  expect(swept).toBe(1);
});
