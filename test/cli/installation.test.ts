import { describe, expect, onTestFinished, test } from 'vitest';
import {
  exampleCatalogue,
  exampleClusters,
  exampleExecutors,
  exampleQueue,
} from '../../functions/api/schemas/installation.ts';
import { run, startFakeApi } from './cli-world.ts';

const against = async (path: string, body: object, ...argv: readonly string[]) => {
  const api = await startFakeApi({ [`GET ${path}`]: { body } });
  onTestFinished(() => api.close());
  return run([...argv, '--url', api.url]);
};

const cells = (out: readonly string[]) => out.map((line) => line.replace(/ {2,}/g, ' | ').trim());

describe('flotilla catalogue show', () => {
  test('prints one name per line', async () => {
    const { status, out } = await against('/catalogue', exampleCatalogue, 'catalogue', 'show');
    expect(status).toBe(0);
    expect(cells(out)).toEqual([
      'KIND | NAME | LIMIT | WITH',
      'defaults | for all | - | rollback_strategy automatic',
      'pillar | risk | 4 | cva, limit-check',
      'environment | uat | - | cluster-eu-1; defaults: retry_count 1',
      'infrastructure | cluster-eu-1 | - | on cluster-eu-1',
      'cluster | cluster-eu-1 | 20',
      'executor | harness | - | harness:acme',
    ]);
  });

  test('--json prints the answer', async () => {
    const { out } = await against('/catalogue', exampleCatalogue, 'catalogue', 'show', '--json');
    expect(JSON.parse(out.join(''))).toEqual(exampleCatalogue);
  });
});

describe('flotilla executors, clusters', () => {
  test('show each with its problem', async () => {
    const since = '2026-11-21T14:00:00.000Z';
    const [one] = exampleExecutors.executors;
    const body = { executors: [{ ...one, trouble: { since, answered: '503' }, throttled_until: since }] };
    const { out } = await against('/executors', body, 'executors', '--utc');
    expect(cells(out)).toEqual([
      'EXECUTOR | ACCOUNT | IN FLIGHT | REQUESTS A MINUTE | LAST LOOK | TROUBLE',
      'harness | harness:acme | 3 of 20 | - | 2026-11-21 14:27Z, and on | nothing is sent before 14:00:00.000Z; cannot be read since 2026-11-21 14:00Z: 503',
    ]);
    const clusters = await against('/clusters', exampleClusters, 'clusters', '--utc');
    expect(cells(clusters.out)).toEqual([
      'CLUSTER | IN FLIGHT | KNOWN SINCE | LAST LOOK | TROUBLE',
      'cluster-eu-1 | 2 | 2026-10-01 06:00Z | 2026-11-21 14:27Z, and on | -',
    ]);
    expect((await against('/clusters', { clusters: [] }, 'clusters')).out).toEqual([
      'There is no cluster that you may see.',
    ]);
  });
});

describe('flotilla queue', () => {
  test('shows what runs, what waits for what, and what is wrong', async () => {
    const body = { ...exampleQueue, at_least: true, messages: { unread: { count: 2 }, rejected: { count: 1 } } };
    const { status, out } = await against('/queue', body, 'queue', '--utc');
    expect(status).toBe(0);
    expect(cells(out)).toEqual([
      'at least 3 in flight and 40 waiting, in 2 batches.',
      '| 1 come next',
      '| 30 wait for others of their batch',
      '| 9 wait for room',
      'The oldest that waits is batch 01M7Z82VGHV3GT6X1EMB454VBS, accepted 2026-11-21 14:20:00Z.',
      'The dispatcher has not read 2 messages yet.',
      'The dispatcher could not read 1 message: docs/runbook.md, RejectedMessages.',
      'KIND | NAME | IN FLIGHT',
      'environment | uat | 3 of 3',
    ]);
  });
});
