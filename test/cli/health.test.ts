import { expect, test } from 'vitest';
import type { TargetHealth } from '../../lib/usecases/targets/check-target.ts';
import { run, startFakeApi } from './cli-world.ts';

const found: TargetHealth = {
  ...{ key: 'risk/cva', environment: 'uat', cluster: 'eu-1', healthy: true, reason: 'RolledOut' },
  ...{ message: '3 of 3 are ready.', evidence: [], warnings: [], running: '1.3.2', recorded: '1.3.2' },
  ...{ state: 'verified', checked_at: '2026-09-30T06:00:00.000Z' },
};

const ask = async (body: object, more: readonly string[] = [], status = 200) => {
  const api = await startFakeApi({ 'POST /targets/health': { status, body } });
  const ran = await run(['health', 'risk/cva', '--environment', 'uat', '--url', api.url, ...more]);
  await api.close();
  return { ...ran, asked: api.received.map((one) => JSON.parse(one.body)) };
};

test('reports a healthy service, with exit status 0', async () => {
  const { status, out, asked } = await ask(found);
  expect([status, asked]).toEqual([0, [{ key: 'risk/cva', environment: 'uat' }]]);
  expect(out).toEqual([
    'healthy risk/cva in uat on eu-1, 2026-09-30 06:00:00Z',
    '  RolledOut: 3 of 3 are ready.',
    '  version that runs: 1.3.2, recorded: 1.3.2 (verified)',
  ]);
});

test('says what is wrong with an unhealthy one, with exit status 1', async () => {
  const { running: _, ...rest } = found;
  const evidence = [{ kind: 'pod', name: 'cva-x', container: 'app', reason: 'CrashLoopBackOff', message: 'exit 1' }];
  const bad = { ...rest, healthy: false, reason: 'CrashLoopBackOff', message: 'It crashes.', evidence };
  const { status, out, asked } = await ask({ ...bad, warnings: ['changed'] }, ['--cluster', 'eu-1']);
  expect([status, asked]).toEqual([1, [{ key: 'risk/cva', environment: 'uat', cluster: 'eu-1' }]]);
  expect(out).toEqual([
    'not healthy risk/cva in uat on eu-1, 2026-09-30 06:00:00Z',
    '  CrashLoopBackOff: It crashes.',
    '  version that runs: not known, recorded: 1.3.2 (verified)',
    '  warning: changed',
    '  seen on pod cva-x, container app: CrashLoopBackOff: exit 1',
  ]);
});

test("prints the server's answer as JSON", async () => {
  const { status, out } = await ask(found, ['--json']);
  expect([status, JSON.parse(out[0]!)]).toEqual([0, found]);
});

test('has the exit status for a missing service, and sends nothing without an environment', async () => {
  expect((await ask({ code: 'TargetNotFound', detail: 'Nothing is recorded.' }, [], 404)).status).toBe(4);
  const { status, error } = await run(['health', 'risk/cva']);
  expect([status, error.join()]).toEqual([2, expect.stringContaining('--environment')]);
});
