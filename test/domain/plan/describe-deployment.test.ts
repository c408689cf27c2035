import { expect, test } from 'vitest';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { describeDeployment } from '../../../lib/domain/plan/describe-deployment.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { batch, deployment } from './random-graph.ts';

const { catalogue } = simulatedConfiguration();
const [planned] = planBatch(batch([deployment(1)]), catalogue).deployments;

const run = 'runs harness pipeline deploy_shared with 1.0.0 in staging: up to 2 tries of 900 s';
const verification = 'verifies that deployment shared/s1 on cluster-eu-1 rolls out';
const leave = 'on failure: leaves what runs as it is, for a person to decide';
const whole = (
  more: Partial<{
    first: readonly string[];
    run: string;
    verification: string;
    health: readonly string[];
    end: string;
  }>,
) => [
  ...[...(more.first ?? []), more.run ?? run, more.verification ?? verification],
  ...[...(more.health ?? []), more.end ?? leave],
];

test.each<[what: string, Partial<PlannedDeployment>, waitsFor: readonly string[], steps: readonly string[]]>([
  ['alone', {}, [], whole({})],
  ['after another', {}, ['risk/a'], whole({ first: ['waits until risk/a has succeeded'] })],
  ['after two', {}, ['risk/a', 'risk/b'], whole({ first: ['waits until risk/a and risk/b have succeeded'] })],
  ['after three', {}, ['a', 'b', 'c'], whole({ first: ['waits until a, b and c have succeeded'] })],
  [
    'a single try',
    { retry_count: 0, timeout: 60 },
    [],
    whole({ run: 'runs harness pipeline deploy_shared with 1.0.0 in staging: one try of 60 s' }),
  ],
  [
    'with an executor that has no pipelines',
    { executor: { ...planned!.executor, settings: {} } },
    [],
    whole({ run: 'runs harness with 1.0.0 in staging: up to 2 tries of 900 s' }),
  ],
  [
    'as an image named in the catalogue',
    { workload: { ...planned!.workload, image: 'reg/s1' } },
    [],
    whole({ verification: 'verifies that deployment shared/s1 on cluster-eu-1 runs reg/s1 and rolls out' }),
  ],
  [
    'a job, which is never restored',
    { workload: { ...planned!.workload, kind: 'job' }, rollback_strategy: 'automatic' },
    [],
    whole({
      verification: 'verifies that job shared/s1 on cluster-eu-1 rolls out',
      end: 'on failure: restores nothing, because the previous job would run again',
    }),
  ],
  [
    'judged in its own way',
    { rollout: { crash_tolerance: 1, steady_seconds: 30, unblock: true } },
    [],
    whole({
      health: [
        'fails when a container has ended more than 1 time',
        'expects containers without a readiness probe to have run for 30 s',
        'unblock has no effect on a deployment: it is for a statefulset',
      ],
    }),
  ],
  ...(
    [
      ['job', 'its backoffLimit counts', 'it has to complete'],
      ['cronjob', 'its containers are not checked', 'its containers are not checked'],
      ['knative-service', 'its containers are not checked', 'its containers are not checked'],
      ['certificate', 'its containers are not checked', 'its containers are not checked'],
    ] as const
  ).map(([kind, ends, time]): [string, Partial<PlannedDeployment>, readonly string[], readonly string[]] => [
    `a ${kind} that is not judged by its containers`,
    {
      ...{ workload: { ...planned!.workload, kind }, rollback_strategy: 'manual' },
      rollout: { crash_tolerance: 1, steady_seconds: 30 },
    },
    [],
    whole({
      verification: `verifies that ${kind} shared/s1 on cluster-eu-1 rolls out`,
      health: [
        `crash_tolerance has no effect on a ${kind}: ${ends}`,
        `steady_seconds has no effect on a ${kind}: ${time}`,
      ],
    }),
  ]),
  [
    'a custom object',
    {
      workload: {
        ...{ ...planned!.workload, kind: 'custom' },
        resource: { api_version: 'example.com/v1', plural: 'widgets' },
      },
      rollout: { crash_tolerance: 1, steady_seconds: 30, unblock: true },
    },
    [],
    whole({
      verification: 'verifies that widgets.example.com shared/s1 on cluster-eu-1 rolls out',
      health: [
        'crash_tolerance has no effect on a widgets.example.com: its containers are not checked',
        'steady_seconds has no effect on a widgets.example.com: its containers are not checked',
        'unblock has no effect on a widgets.example.com: it is for a statefulset',
      ],
    }),
  ],
  [
    'that an earlier pod may block',
    { workload: { ...planned!.workload, kind: 'statefulset' }, rollout: { unblock: true } },
    [],
    whole({
      verification: 'verifies that statefulset shared/s1 on cluster-eu-1 rolls out',
      health: ['deletes a broken pod of an earlier revision that blocks the rollout'],
    }),
  ],
  [
    'with a path that must answer',
    { health_check: { enabled: true, path: '/x' } },
    [],
    whole({ health: ['expects a good answer from /x'] }),
  ],
  [
    'with a path and a port',
    { health_check: { enabled: true, path: '/x', port: 81 } },
    [],
    whole({ health: ['expects a good answer from /x on port 81'] }),
  ],
  [
    'with an address',
    { health_check: { enabled: true, path: '/x', port: 81, url: 'https://s1/x' } },
    [],
    whole({ health: ['expects a good answer from https://s1/x'] }),
  ],
  ['without a check', { health_check: { enabled: false, path: '/x', url: 'https://s1/x' } }, [], whole({})],
  [
    'and restored',
    { rollback_strategy: 'automatic' },
    [],
    whole({ end: 'on failure: restores the last good release and verifies it' }),
  ],
  ['and left', { rollback_strategy: 'none' }, [], whole({ end: 'on failure: leaves what runs as it is' })],
])('a deployment %s', (_, more, waitsFor, steps) => {
  expect(describeDeployment({ ...planned!, ...more }, waitsFor)).toEqual(steps);
});
