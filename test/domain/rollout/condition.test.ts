import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { KubernetesObject, WorkloadView } from '../../../lib/domain/ports.ts';
import type { Baseline } from '../../../lib/domain/rollout/baseline.ts';
import { conditionMarks, isOfPresent } from '../../../lib/domain/rollout/condition.ts';
import { shortOf } from './looks.ts';
import { now, secondsAgo, viewOf } from './objects.ts';

const conditioned = (...conditions: readonly JsonObject[]): JsonObject => ({
  metadata: { name: 'app', uid: 'd1' },
  status: { conditions },
});
const failed = (more: JsonObject = {}): JsonObject => ({ type: 'Ready', status: 'False', reason: 'Broken', ...more });
const at = (seconds: number): JsonObject => ({ lastUpdateTime: secondsAgo(seconds) });

describe('a condition is current', () => {
  const before = (...conditions: readonly JsonObject[]): Baseline => ({
    ...{ exists: true, uid: 'd1', conditions: conditionMarks(conditioned(...conditions), []) },
  });
  const earlier: Baseline = { exists: true, uid: 'd1' };

  it.each<[what: string, baseline: Baseline, since: number | undefined, condition: JsonObject, is: boolean]>([
    ['not if it existed before', before(failed(at(60))), undefined, failed(at(60)), false],
    ['not if it existed before, without a time', before(failed()), undefined, failed(), false],
    ['if it was written again', before(failed(at(60))), undefined, failed(at(1)), true],
    ['if its reason differs', before(failed()), undefined, failed({ reason: 'Late' }), true],
    ['if its status differs', before(failed()), undefined, failed({ status: 'Unknown' }), true],
    ['if there was none', before(), undefined, failed(), true],
    ['if it is newer than the attempt', before(failed(at(1))), now - 2_000, failed(at(1)), true],
    ['if it differs, even with a slow clock', before(), now, failed(at(3)), true],
    ['if the object is another one', { ...before(failed()), uid: 'd0' }, undefined, failed(), true],
    ['if there was no object', { exists: false }, now, failed(at(60)), true],
    ['not if it is older, with a baseline of an earlier version', earlier, now - 2_000, failed(at(3)), false],
    ['if it is newer, with a baseline of an earlier version', earlier, now - 2_000, failed(at(1)), true],
    ['if it is unknown', earlier, undefined, failed(at(60)), true],
    ['if it has no time, with a baseline of an earlier version', earlier, now, failed(), true],
    [
      'by its transition, if nothing dates its last update',
      earlier,
      now - 2_000,
      failed({ lastTransitionTime: secondsAgo(3) }),
      false,
    ],
  ])('%s', (_, baseline, since, condition, is) => {
    const object = conditioned(condition);
    const look = { baseline, object, ...(since !== undefined && { since }) };
    expect(isOfPresent(look, object, condition)).toBe(is);
  });

  it('is stored compactly', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      type: `T${index}`,
      status: 'True',
      reason: 'x'.repeat(999),
    }));
    const marks = Object.entries(conditionMarks(conditioned(...many), []));
    expect(marks).toHaveLength(20);
    expect(marks[0]?.[1]).toBe(`True ${'x'.repeat(295)}…`);
  });

  it('stores the refusals of ReplicaSets', () => {
    const replicaSet = {
      metadata: { name: 'rs' },
      status: { conditions: [failed(), { type: 'ReplicaFailure', status: 'True' }] },
    };
    expect(conditionMarks(conditioned(failed()), [replicaSet])).toEqual({
      'app/Ready': 'False Broken ',
      'rs/ReplicaFailure': 'True  ',
    });
  });
});

describe('a progress deadline', () => {
  const exceeded = (seconds: number) => ({
    conditions: [
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'too late', ...at(seconds) },
    ],
  });
  const late = (seconds: number, deadline = 30) =>
    viewOf({ spec: { progressDeadlineSeconds: deadline }, status: { readyReplicas: 1, ...exceeded(seconds) } });
  const before = viewOf({ revision: 1, image: 'reg/app:1', status: exceeded(60) });

  it('exceeded by the previous rollout does not count for this one', () => {
    expect(
      shortOf(
        'deployment',
        [
          [0, late(60)],
          [29, late(60)],
        ],
        { before },
      ),
    ).toEqual(['0 waiting ReplicasNotReady', '29 waiting ReplicasNotReady']);
    expect(
      shortOf(
        'deployment',
        [
          [0, late(60)],
          [1, viewOf()],
        ],
        { before },
      )[1],
    ).toBe('1 healthy RolledOut');
  });

  it('is exceeded again if nothing has moved for its duration', () => {
    expect(
      shortOf(
        'deployment',
        [
          [0, late(60)],
          [30, late(60)],
        ],
        { before },
      )[1],
    ).toBe('30 failing ProgressDeadlineExceeded');
    const usual = late(60, 0);
    expect(
      shortOf(
        'deployment',
        [
          [0, usual],
          [599, usual],
          [600, usual],
        ],
        { before },
      ).slice(1),
    ).toEqual(['599 waiting ReplicasNotReady', '600 failing ProgressDeadlineExceeded']);
  });

  it('of another ReplicaSet, which passed since the attempt began, does not count for this one', () => {
    const saying = (name: string): WorkloadView => {
      const [condition] = exceeded(0).conditions;
      const message = `ReplicaSet "${name}" has timed out progressing.`;
      const view = viewOf({ status: { readyReplicas: 1, conditions: [{ ...condition!, message }] } });
      const other = { kind: 'ReplicaSet', metadata: { name: 'app-hash1', uid: 'rs1' } } as unknown as KubernetesObject;
      return { ...view, revisions: [...view.revisions, other] };
    };
    expect(shortOf('deployment', [[0, saying('app-hash1')]], { since: -60 })).toEqual(['0 waiting ReplicasNotReady']);
    const failing = ['0 failing ProgressDeadlineExceeded'];
    expect(shortOf('deployment', [[0, saying('app-hash2')]], { since: -60 })).toEqual(failing);
    expect(shortOf('deployment', [[0, saying('unknown')]], { since: -60 })).toEqual(failing);
  });

  it('of this rollout is a verdict at once', () => {
    expect(shortOf('deployment', [[0, late(-1)]], { before })).toEqual(['0 failing ProgressDeadlineExceeded']);
    expect(shortOf('deployment', [[0, late(60)]])).toEqual(['0 failing ProgressDeadlineExceeded']);
  });
});
