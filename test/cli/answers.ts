import type { BatchView } from '../../lib/usecases/batch/read-batch.ts';
import type { DeploymentView } from '../../lib/usecases/deployment/deployment-view.ts';
import type { EventView } from '../../lib/usecases/record/follow-feed.ts';

/** Answers of the API for the tests of the command line. */
export const health = { status: 'ok', simulated: { harness: true, clusters: ['eu-1'] } };
export const realHealth = { status: 'ok', simulated: { harness: false, clusters: [] } };

/** A complete id, which needs no confirmation. `B1` is the start of an id. */
export const id = '01M7Z82VGHV3GT6X1EMB454VBS';

export const batch = (patch: Partial<BatchView> = {}): BatchView => ({
  batch_id: 'B1',
  name: 'Autumn release',
  status: 'PROCESSING',
  reason: 'Running',
  message: '2 deployments: 1 in work, 1 waiting.',
  total: 2,
  counts: { PROCESSING: 1, PENDING: 1 },
  submitted_by: 'ada',
  warnings: [],
  metadata: {},
  created_at: '2026-09-30T06:00:00.000Z',
  updated_at: '2026-09-30T06:00:00.000Z',
  stuck: [],
  links: {},
  ...patch,
});

export const ended = (status: BatchView['status']): BatchView =>
  batch({
    status,
    reason: status === 'SUCCESS' ? 'AllSucceeded' : 'DeploymentsFailed',
    message: 'Over.',
    ended_at: '2026-09-30T06:01:00.000Z',
  });

export const deployment = (patch: Partial<DeploymentView> = {}): DeploymentView => ({
  index: 0,
  key: 'shared/login-api',
  pillar: 'shared',
  service_name: 'login-api',
  docker_artifact_type: 'docker',
  docker_image_version: '3.0.2',
  environment_id: 'staging',
  infrastructure_id: 'eu-1',
  cluster: 'eu-1',
  priority: 5,
  status: 'PENDING',
  reason: 'AwaitingTurn',
  message: 'Waits for its turn.',
  step: 'turn',
  attempts: 0,
  runs: [],
  evidence: [],
  warnings: [],
  ...patch,
});

export const failed = deployment({
  index: 1,
  key: 'risk/limit-check',
  status: 'FAILED',
  reason: 'RestoredPreviousRelease',
  message: 'The new pods crash. Version 2.3.0 was restored.',
  failure: { reason: 'CrashLoopBackOff', message: 'The new pods crash.' },
  evidence: [
    {
      kind: 'pod',
      name: 'limit-check-x',
      container: 'app',
      reason: 'CrashLoopBackOff',
      message: 'exit code 1',
      log: ['starting', 'FATAL: no \u001b[31mdatabase\u001b[0m\r'],
    },
  ],
  release_before: '2.3.0',
  release_after: '2.3.0',
  runs: [
    { executor: 'harness', key: 'k', attempt: 1, ref: 'run-1', status: 'Success', url: 'https://harness.test/run-1' },
  ],
});

export const deployments = (...list: readonly DeploymentView[]) => ({
  batch_id: 'B1',
  planned: true,
  total: list.length,
  deployments: list,
});

export const event = (number: number, patch: Partial<EventView>): EventView => ({
  batch_id: 'B1',
  type: patch.key === undefined ? 'batch' : 'deployment',
  seq: number,
  number,
  at: `2026-09-30T06:00:0${number}.000Z`,
  actor: 'test',
  from: null,
  to: 'PROCESSING',
  reason: 'Planned',
  message: 'Planned 2 deployments.',
  ...patch,
});

export const problem = (status: number, code: string, more: object = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: `urn:flotilla:error:${code}`,
    title: code,
    status,
    code,
    detail: `${code} it is.`,
    instance: '/x',
    ...more,
  },
});
