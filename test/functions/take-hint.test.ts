import { afterEach, expect, test, vi } from 'vitest';
import { securityHeaders } from '../../functions/api/security-headers.ts';
import { create } from '../../functions/take-hint.ts';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { executorWatcher, keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { ensureWatcher } from '../../lib/usecases/wait/watchers.ts';
import { FakeClock, StartOnlyWorkflow } from '../usecases/batch/api-world.ts';
import { apiEvent } from './api-call.ts';

afterEach(() => vi.restoreAllMocks());

const key = 'k'.repeat(40);
const watcher = executorWatcher('harness:acme');

const before = 'b'.repeat(40);

const call = async (
  given: string | undefined,
  callbackKeys: () => Promise<readonly string[]> = async () => [key, before],
) => {
  const table = new SqliteTable(':memory:');
  const base = { table, workflow: new StartOnlyWorkflow(), clock: new FakeClock(), random: { next: () => 0.5 } };
  const deps = { ...base, pace: cloudPace };
  await ensureWatcher(deps, watcher);
  await table.transact([{ put: itemOf(keys.watch(watcher, 'B1', 0, 'deploy-1'), { at: 1 }) }]);
  const event = {
    ...apiEvent('POST', `/callbacks/harness/${given ?? ''}`, { body: '{"eventData":{"nodeStatus":"completed"}' }),
    ...(given === undefined ? {} : { pathParameters: { key: given } }),
  };
  const answer = await create({ ...deps, callbackKeys })(event, {} as never);
  return { answer, hints: (await table.query({ pk: 'HINTS', limit: 1 })).items.length };
};

test.each([
  ['a friend', key, 1],
  ['a known sender that does not have the new key yet', before, 1],
  ['a stranger', 'x'.repeat(40), 0],
  ['somebody without a key', undefined, 0],
])('%s gets the same answer', async (_, given, hints) => {
  expect(await call(given)).toEqual({ answer: { statusCode: 202, headers: securityHeaders }, hints });
});

test('logs a fault, and answers as usual', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const { answer } = await call(key, () => Promise.reject(new Error('the secret cannot be read')));
  expect(answer).toEqual({ statusCode: 202, headers: securityHeaders });
  expect(log.mock.calls).toHaveLength(1);
  expect(String(log.mock.calls[0]![0])).toContain('the secret cannot be read');
  expect(String(log.mock.calls[0]![0])).not.toContain(key);
});
