import { expect, onTestFinished, test } from 'vitest';
import { event, failed, health, id } from './answers.ts';
import { run, startFakeApi } from './cli-world.ts';

const detail = {
  batch_id: id,
  ...failed,
  events: [
    event(4, {
      batch_id: id,
      key: failed.key,
      to: 'FAILED',
      reason: 'CrashLoopBackOff',
      message: 'The new pods crash.',
    }),
  ],
  has_earlier_events: false,
  links: {},
};

const against = async (...argv: readonly string[]) => {
  const api = await startFakeApi({
    [`GET /batches/${id}/deployments/risk/limit-check`]: { body: detail },
    'GET /health': { body: health },
  });
  onTestFinished(() => api.close());
  return run(['show', id, 'risk/limit-check', '--utc', ...argv, '--url', api.url]);
};

test('flotilla show shows one deployment, why it failed, and what happened to it', async () => {
  const { status, out } = await against();
  expect(status).toBe(0);
  expect(out.slice(0, 3)).toEqual([
    `risk/limit-check 3.0.2 in staging, on eu-1 (simulated), of batch ${id}`,
    'FAILED / RestoredPreviousRelease: The new pods crash. Version 2.3.0 was restored.',
    'FAILED risk/limit-check (simulated): RestoredPreviousRelease',
  ]);
  expect(out.slice(-2)).toEqual([
    'What happened to it:',
    '  06:00:04.000Z simulated risk/limit-check             FAILED     CrashLoopBackOff: The new pods crash.',
  ]);
});

test('--json prints the answer, and whether it is simulated', async () => {
  expect(JSON.parse((await against('--json')).out.join(''))).toEqual({ ...detail, simulated: true });
});
