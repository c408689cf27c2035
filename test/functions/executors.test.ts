import { expect, test } from 'vitest';
import { executorOf, makeExecutors } from '../../functions/runtime/executors.ts';
import type { Transport } from '../../lib/adapters/own-fetch.ts';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import { anyTime, requestOf } from '../executors/harness-fixtures.ts';

const configuration: Configuration = {
  catalogue: {
    ...{ simulated: false, pillars: {}, clusters: {}, infrastructures: {} },
    harness: { simulated: false, account: 'a' },
  },
  connections: {
    clusters: {},
    harness: {
      ...{ kind: 'real', base_url: 'https://harness.example', account: 'a', org: 'o', project: 'p' },
      ...{ api_key: 'pat.a.b.c', webhook_tokens: {} },
    },
  },
};

test('shows no other data of a pipeline, such as the key of the callback, in its answers', async () => {
  const key = 'k'.repeat(40);
  const transport: Transport = async () => {
    const message = `cannot call https://flotilla.example/callbacks/harness/${key}`;
    const text = JSON.stringify({ status: 'ERROR', code: 'INVALID_REQUEST', message });
    return { status: 400, headers: new Headers(), body: new Blob([text]).stream() };
  };
  const clock = { now: () => 0, sleep: async () => {} };
  const table = new SqliteTable(':memory:');
  const startWith = (secrets: readonly string[]) => {
    const executors = makeExecutors(configuration, { table, clock, random: { next: () => 0 }, transport, secrets });
    return executorOf(executors, 'harness:a').start(
      requestOf({ settings: { pipeline: 'deploy_risk', mode: 'execute' } }),
      anyTime,
    );
  };
  // A proof that there is something to hide.
  expect(JSON.stringify(await startWith([]))).toContain(key);
  const told = JSON.stringify(await startWith([key]));
  expect(told).not.toContain(key);
  expect(told).toContain('cannot call');
});
