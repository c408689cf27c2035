import { expect, test } from 'vitest';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { describeLocks, locksOf, sheetOf } from '../../../lib/domain/schedule/sheet.ts';

const planned = (index: number, fields: Partial<PlannedDeployment> = {}): PlannedDeployment => ({
  ...{ index, key: `risk/svc-${index}`, position: index + 1, pillar: 'risk', service_name: `svc-${index}` },
  ...{ docker_artifact_type: 'docker', docker_image_version: 'v1', environment_id: 'prod', infrastructure_id: 'eu' },
  ...{
    priority: 0,
    timeout: 60,
    retry_count: 0,
    tags: [],
    rollback_strategy: 'none',
    health_check: { enabled: false },
  },
  ...{ dependencies: [], cluster: 'eu', target: `prod/eu/risk/svc-${index}`, level: 0, critical_path: 1, rank: index },
  workload: { kind: 'job', name: `job-${index}`, namespace: 'n' },
  executor: { name: 'harness', account: 'harness:acme', settings: {} },
  ...fields,
});

test('a sheet has the parts of a plan that decide turns', () => {
  const deployments = [
    planned(0, { rank: 4 }),
    planned(1, { dependencies: [0], rank: 3 }),
    planned(2, { dependencies: [0, 1], environment_id: 'sit' }),
    planned(3, { pillar: 'data', rank: 1 }),
    planned(4, { cluster: 'us', rank: 0 }),
    planned(5, { executor: { name: 'harness', account: 'harness:other', settings: {} } }),
    planned(6),
  ];
  const strategy = { mode: 'parallel', max_concurrency: 7, on_failure: 'stop' } as const;
  const locks = deployments.map(({ index }) => [`/eu/n/job/job-${index}`]);
  const limits = { 'cluster:eu': 3 };
  expect(
    sheetOf('B', { plan_hash: 'h', strategy, deployments, locks, limits, critical_path: [], warnings: [] }),
  ).toEqual({
    ...{ batch_id: 'B', max_concurrency: 7, on_failure: 'stop', limits, locks },
    keys: [0, 1, 2, 3, 4, 5, 6].map((index) => `risk/svc-${index}`),
    targets: [0, 1, 2, 3, 4, 5, 6].map((index) => `prod/eu/risk/svc-${index}`),
    objects: [0, 1, 2, 3, 4, 5, 6].map((index) => `job n/job-${index} on ${index === 4 ? 'us' : 'eu'}`),
    ranks: [4, 3, 2, 1, 0, 5, 6],
    dependencies: [0, 1, 2, 0, 0, 0, 0],
    dependents: [[1, 2], [2], [], [], [], [], []],
    classes: [
      ['environment:prod', 'pillar:risk', 'cluster:eu', 'executor:harness:acme'],
      ['environment:sit', 'pillar:risk', 'cluster:eu', 'executor:harness:acme'],
      ['environment:prod', 'pillar:data', 'cluster:eu', 'executor:harness:acme'],
      ['environment:prod', 'pillar:risk', 'cluster:us', 'executor:harness:acme'],
      ['environment:prod', 'pillar:risk', 'cluster:eu', 'executor:harness:other'],
    ],
    class_of: [0, 0, 1, 2, 3, 4, 0],
  });
});

test('takes locks in order, and shows them under names that people know', () => {
  const sheet = { targets: ['t', 'u'], locks: [['/b', '/a']], objects: ['the job'] };
  expect([locksOf(sheet, 0), locksOf(sheet, 1), locksOf({ targets: ['t'] }, 0)]).toEqual([
    ['/a', '/b', 't'],
    ['u'],
    ['t'],
  ]);
  expect([
    describeLocks(sheet, 0, ['/a']),
    describeLocks(sheet, 0, ['t', '/b']),
    describeLocks(sheet, 0, ['t']),
    describeLocks(sheet, 1, ['/x']),
    describeLocks({ targets: ['t'] }, 0, ['/a']),
  ]).toEqual(['the job', 'the job', 't', 'u', 't']);
});
