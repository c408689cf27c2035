import { describe, expect, test } from 'vitest';
import { pendingItem } from '../../../lib/domain/record/change.ts';
import type { ItemRow, Outcome, Run } from '../../../lib/domain/record/rows.ts';
import { viewDeployment } from '../../../lib/usecases/deployment/deployment-view.ts';

const asked = {
  ...{
    key: 'risk/api',
    pillar: 'risk',
    service_name: 'api',
    docker_artifact_type: 'docker',
    docker_image_version: '2',
  },
  ...{ environment_id: 'staging', infrastructure_id: 'eu', priority: 5 },
};
const pending = pendingItem('B', 3, 'risk/api');
const run = (attempt: Run['attempt']): Run => ({ executor: 'x', key: 'k', attempt });
const evidence = [{ kind: 'pod', name: 'p', reason: 'X', message: 'x' }];
const failure = { reason: 'Sick', message: 'It is sick.', evidence, touched: true };
const restore = { ok: true, reason: 'RestoredPreviousRelease', message: 'Back.' };
const arn = 'arn:aws:states:eu-central-1:111122223333:execution:Child:x';
const nothing = { attempts: 0, runs: [], evidence: [], warnings: [] };
const time = (seconds: number) => `1970-01-01T00:00:0${seconds}.000Z`;

const working: ItemRow = {
  ...{ ...pending, status: 'PROCESSING', reason: 'Restoring', message: 'Restores version 1.', seq: 7, step: 'restore' },
  ...{ runs: [run(1), run(2), run('restore')], failure, warnings: ['paused'], restore, execution_arn: arn },
  ...{ started_at: 1_000, updated_at: 2_000 },
};

const outcome: Outcome = {
  ...{ status: 'FAILED', reason: 'X', message: 'x', evidence: [], warnings: ['w'], attempts: 5, runs: [run(5)] },
  ...{
    failure: { reason: 'Last', message: 'The last.' },
    release_before: '1',
    release_after: '0',
    digest: 'sha256:1b',
    ended_at: 3_000,
  },
  resolved_by: 'ada',
};

describe('a deployment is shown', () => {
  test('as requested, before it is planned', () => {
    expect(viewDeployment(asked, pending, [{ kind: 'plan', name: 'plan' }])).toEqual({
      ...{ ...asked, status: 'PENDING', reason: 'AwaitingTurn', message: 'Waits for the plan.', step: 'turn' },
      ...{ waiting_for: [{ kind: 'plan', name: 'plan' }], ...nothing },
    });
  });

  test('with the text of its row, where it is unknown what it waits for', () => {
    expect(viewDeployment({ ...asked, index: 3, cluster: 'eu-1' }, pending)).toEqual({
      ...{ ...asked, index: 3, cluster: 'eu-1', status: 'PENDING', reason: 'AwaitingTurn' },
      ...{ message: 'Waits for its turn.', step: 'turn', ...nothing },
    });
  });

  test('with its tries so far, while it is in work', () => {
    expect(viewDeployment(asked, working)).toEqual({
      ...{ ...asked, status: 'PROCESSING', reason: 'Restoring', message: 'Restores version 1.', step: 'restore' },
      ...{ attempts: 2, runs: working.runs, evidence, failure: { reason: 'Sick', message: 'It is sick.' } },
      ...{ warnings: ['paused'], restore, execution_arn: arn, console: expect.stringContaining(arn) },
      ...{ started_at: time(1), updated_at: time(2) },
    });
  });

  test('with its outcome, when it has ended', () => {
    expect(viewDeployment(asked, { ...working, status: 'FAILED', step: 'recorded', outcome })).toEqual({
      ...{ ...asked, status: 'FAILED', reason: 'Restoring', message: 'Restores version 1.', step: 'recorded' },
      ...{
        attempts: 5,
        runs: [run(5)],
        evidence: [],
        failure: { reason: 'Last', message: 'The last.' },
        warnings: ['w'],
      },
      ...{ restore, execution_arn: arn, console: expect.stringContaining(arn) },
      ...{ release_before: '1', release_after: '0', digest: 'sha256:1b', resolved_by: 'ada' },
      ...{ started_at: time(1), updated_at: time(2), ended_at: time(3) },
    });
  });

  test('without what its outcome does not know', () => {
    const { failure: _, release_before: __, release_after: ___, resolved_by: ____, digest: _____, ...bare } = outcome;
    const view = viewDeployment(asked, { ...working, outcome: bare });
    for (const name of ['failure', 'release_before', 'release_after', 'digest', 'resolved_by'])
      expect(view).not.toHaveProperty(name);
  });
});
