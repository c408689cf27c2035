import { expect, test } from 'vitest';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { batchOf, issuesOf } from './reading.ts';
import { badBatch, exampleCatalogue, goodBatch } from './worked-examples.ts';

test('reads the good example with its defaults merged', () => {
  const rows = batchOf(goodBatch, exampleCatalogue).deployments.map((item) => [
    item.service_name,
    item.docker_artifact_type,
    item.environment_id,
    item.timeout,
    item.retry_count,
    item.rollback_strategy,
    item.dependencies.join(' '),
  ]);
  expect(rows).toEqual([
    ['limit-check', 'helm', 'staging', 900, 1, 'manual', 'clearing/trade-intake'],
    ['trade-intake', 'docker', 'staging', 1200, 1, 'automatic', 'shared/login-api shared/prefs-store'],
    ['login-api', 'docker', 'staging', 900, 2, 'manual', ''],
    ['prefs-store', 'docker', 'staging', 900, 1, 'manual', ''],
    ['nightly-sum', 'docker', 'staging', 900, 1, 'manual', ''],
  ]);
});

test('keeps the metadata, lines, health checks and strategy of the good example', () => {
  const batch = batchOf(goodBatch, exampleCatalogue);
  expect(batch.metadata).toEqual({
    name: 'Autumn release',
    author: 'platform-team',
    created: '2026-09-30T06:00:00Z',
    tags: ['autumn', 'core'],
  });
  expect(batch.strategy).toEqual({ mode: 'parallel', max_concurrency: 5, on_failure: 'continue' });
  expect(batch.deployments.map(({ position, line }) => [position, line])).toEqual([
    [1, 14],
    [2, 21],
    [3, 29],
    [4, 33],
    [5, 37],
  ]);
  expect(batch.deployments[1]?.health_check).toEqual({ enabled: true, path: '/ready', port: 8080, timeout: 20 });
  expect(batch.deployments[4]?.health_check).toEqual({ enabled: false });
});

test('runs the good example one at a time in the order that its page gives', () => {
  const plan = planBatch(batchOf(goodBatch, exampleCatalogue), exampleCatalogue);
  const order = ['prefs-store', 'login-api', 'trade-intake', 'limit-check', 'nightly-sum'];
  expect(plan.deployments.map(({ service_name }) => service_name)).toEqual(order);
  expect(plan.deployments[4]?.workload).toEqual({ kind: 'cronjob', name: 'nightly-sum-job', namespace: 'data' });
});

test('reports every problem of the bad example at its line, and nothing else', () => {
  const reply = parseBatch(badBatch, exampleCatalogue);
  expect(reply).toHaveProperty('kind', 'schema');
  const rows = issuesOf(badBatch, exampleCatalogue).map(({ line, path, message, hint }) => [line, path, message, hint]);
  expect(rows).toEqual([
    [1, 'version', 'the number 1 where a string like `v1.0` is needed', 'write v1.0'],
    [5, 'defaults.retry_count', 'the number 9 is over 5', undefined],
    [9, 'deployments[1].docker_image_version', '2.10 is read as the number 2.1', 'write "2.10"'],
    [
      11,
      'deployments[1].metadata.dependencies',
      'cycle: limit-check -> trade-intake -> limit-check',
      'remove one of these dependencies',
    ],
    [
      16,
      'deployments[2].metadata.dependencies',
      '"ghost" is not in this batch',
      'a dependency must be a service in the same batch',
    ],
    [
      17,
      'deployments[3].infrastructure_id',
      'is missing on the item, in defaults and in the configuration',
      'give it here, as defaults.infrastructure_id, or in the configuration: environments.staging.defaults, pillars.shared.defaults, defaults',
    ],
    [
      18,
      'deployments[3].service_name',
      '"login-apy" is not a service of pillar shared; known: login-api, prefs-store',
      'nearest: login-api',
    ],
    [
      21,
      'deployments[4].service_name',
      'risk/limit-check is already on line 8',
      'a batch deploys each service once; for several clusters, give infrastructure_id a list',
    ],
    [24, 'deployments[4].prioritty', expect.stringMatching(/^unknown key/), 'did you mean `metadata.priority`?'],
  ]);
});
