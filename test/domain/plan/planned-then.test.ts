import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import type { PlannedDeployment, Replay } from '../../../lib/domain/plan/plan.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { sheetOf } from '../../../lib/domain/schedule/sheet.ts';
import { batchText, issuesOf, item } from '../batch/reading.ts';
import { batch, deployment } from './random-graph.ts';

const { catalogue } = simulatedConfiguration();

const replay: Replay = { kind: 'rollback', of: [{ batch_id: 'A', index: 3 }], image: 'registry/s2:0.9.0' };

/** A plan made today would contain none of it. */
const then: PlannedDeployment = {
  ...planBatch(batch([deployment(2)]), catalogue).deployments[0]!,
  docker_image_version: '0.9.0',
  timeout: 61,
  workload: { kind: 'statefulset', name: 'as-it-was', namespace: 'then' },
  executor: { name: 'harness', account: 'harness:then', settings: { pipeline: 'old' } },
  replay: { kind: 'rollback', of: [] },
};

const rollback = batch(
  [deployment(1, { dependencies: ['shared/s2'] }), deployment(2, { planned: then, replay }), deployment(3)],
  { lane: 'rollback', forced: ['shared/s3', 'shared/s1'] },
);

describe('a deployment as it was planned then', () => {
  const plan = planBatch(rollback, catalogue);
  const { docker_image_version, replay: _, ...rest } = then;

  test('is used as it is, with a new place and new replay fields', () => {
    const member = plan.deployments.find(({ key }) => key === 'shared/s2')!;
    expect(member).toEqual({
      ...rest,
      docker_image_version,
      replay,
      ...{ index: 0, position: 2, dependencies: [], level: 0, critical_path: 2, rank: 0 },
    });
    expect(plan.deployments.find(({ key }) => key === 'shared/s1')!.dependencies).toEqual([member.index]);
  });

  test('has the limits and locks of that time', () => {
    expect(plan.locks[0]!.every((name) => name.endsWith('/then/statefulset/as-it-was'))).toBe(true);
  });

  test('the sheet names the lane, and forced deployments by their indexes', () => {
    const { lane, forced } = sheetOf('R', plan);
    expect({ lane, forced }).toEqual({ lane: 'rollback', forced: [1, 2] });
    expect(sheetOf('B', planBatch(batch([deployment(1)]), catalogue))).not.toHaveProperty('lane');
  });

  test('a replanned one may say what it retries', () => {
    const retried: Replay = { kind: 'retry', of: [{ batch_id: 'A', index: 0 }] };
    expect(planBatch(batch([deployment(1, { replay: retried })]), catalogue).deployments[0]!.replay).toEqual(retried);
  });

  test.each([
    ['what it restores', { ...rollback, deployments: rollback.deployments.with(1, deployment(2)) }],
    ['what it rolls back', withReplay({ ...replay, of: [{ batch_id: 'A', index: 4 }] })],
    ['the lane', batch(rollback.deployments)],
    ['who is forced', { ...rollback, forced: ['shared/s3'] }],
  ])('another plan hash shows that %s differs', (_, other) => {
    expect(planBatch(other, catalogue).plan_hash).not.toBe(plan.plan_hash);
  });
});

function withReplay(other: Replay) {
  return { ...rollback, deployments: rollback.deployments.with(1, deployment(2, { planned: then, replay: other })) };
}

describe('a file may not set what only an origin sets', () => {
  const said = (text: string): string => issuesOf(text).map(describeIssue).join();

  test.each(['planned', 'replay'])('%s of a deployment', (field) => {
    expect(said(batchText([item('s1', `${field}: {}`)]))).toContain(field);
  });

  test.each([
    ['lane', 'lane: rollback'],
    ['forced', 'forced: [shared/s1]'],
  ])('%s of a batch', (field, line) => {
    expect(said(batchText([item('s1')], line))).toContain(field);
  });
});
