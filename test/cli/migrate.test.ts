import { expect, onTestFinished, test } from 'vitest';
import { run, startFakeApi } from './cli-world.ts';

const counts = { batches: 1, batches_without_plan: 0, deployments: 3, targets: 2, index_rows: 30, deleted: 1 };
const script = {
  'POST /migrate': [
    { body: { ...counts, batches: 0, next_after: 'B.500' } },
    { body: { ...counts, batches_without_plan: 1 } },
  ],
};

const migrate = async (...argv: readonly string[]) => {
  const api = await startFakeApi(script);
  onTestFinished(() => api.close());
  return { api, ...(await run(['migrate', ...argv, '--url', api.url])) };
};

test('flotilla migrate continues until everything is done, and prints totals', async () => {
  const { api, status, out } = await migrate();
  expect(status).toBe(0);
  expect(api.received.map(({ body }) => body)).toEqual(['{}', '{"after":"B.500"}']);
  expect(out).toEqual([
    'Went through 1 batch with 6 deployments: wrote 4 targets and 60 index rows, deleted 2 index rows.',
    'Of 1 batch there is no plan: never made, or kept no longer.',
  ]);
});

test('flotilla migrate --json prints the totals', async () => {
  const { out } = await migrate('--json');
  expect(JSON.parse(out.join('\n'))).toEqual({
    ...{ batches: 1, batches_without_plan: 1, deployments: 6, targets: 4, index_rows: 60, deleted: 2 },
  });
});
