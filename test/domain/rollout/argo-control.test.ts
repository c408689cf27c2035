import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import {
  argoPauseName,
  argoPromote,
  isBackOnStable,
  isBetweenRevisions,
  wasAbortedBefore,
} from '../../../lib/domain/rollout/argo-control.ts';

const rollout = (status: JsonObject, spec: JsonObject = {}): JsonObject => ({ spec: { replicas: 4, ...spec }, status });
const steps = { strategy: { canary: { steps: [{}, {}, {}] } } };
const pauses = (reason: string) => [{ reason, startTime: '2026-11-30T03:00:00Z' }];
const inconclusive = { pauseConditions: pauses('InconclusiveAnalysisRun') };

test.each<[string, JsonObject, JsonObject]>([
  ['a pause', { pauseConditions: pauses('CanaryPauseStep'), currentStepIndex: 1 }, { pauseConditions: null }],
  [
    'an analysis without a result',
    { ...inconclusive, currentStepIndex: 1 },
    { pauseConditions: null, controllerPause: false, currentStepIndex: 2 },
  ],
  [
    'one at the last step',
    { ...inconclusive, currentStepIndex: 3 },
    { pauseConditions: null, controllerPause: false, currentStepIndex: 3 },
  ],
])('after %s a rollout continues with the status of its object', (_, status, told) => {
  expect(argoPromote(rollout(status, steps))).toEqual(told);
});

test.each([
  [{ stableRS: 'a', currentPodHash: 'b' }, true],
  [{ stableRS: 'a', currentPodHash: 'a' }, false],
  [{ stableRS: '', currentPodHash: 'b' }, false],
  [{ currentPodHash: 'b' }, false],
  [{ stableRS: 'a' }, false],
])('with %j a new revision is being rolled out next to another: %s', (status, expected) => {
  expect(isBetweenRevisions(rollout(status))).toBe(expected);
});

describe('the stable pods serve again', () => {
  const back = { abort: true, availableReplicas: 4, updatedReplicas: 0 };
  const weights = (weight: number) => ({ canary: { weights: { canary: { weight } } } });
  it.each<[string, JsonObject, JsonObject, boolean]>([
    ['all of them, and no other', back, {}, true],
    ['without an abort', { ...back, abort: false }, {}, false],
    ['too few', { ...back, availableReplicas: 3 }, {}, false],
    ['next to some new ones', { ...back, availableReplicas: 5, updatedReplicas: 1 }, {}, false],
    [
      'next to new ones without traffic',
      { ...back, availableReplicas: 5, updatedReplicas: 1, ...weights(0) },
      {},
      true,
    ],
    ['next to new ones with traffic', { ...back, availableReplicas: 5, updatedReplicas: 1, ...weights(5) }, {}, false],
    [
      'with blue/green, next to new ones',
      { ...back, availableReplicas: 8, updatedReplicas: 4 },
      { strategy: { blueGreen: {} } },
      true,
    ],
  ])('%s', (_, status, spec, expected) => {
    expect(isBackOnStable(rollout(status, spec))).toBe(expected);
  });
});

test('a pause is identified by its revision and its step', () => {
  expect(argoPauseName(rollout({ currentPodHash: 'a', currentStepIndex: 2 }))).toBe('a 2');
  expect(argoPauseName(rollout({}))).toBe(' 0');
});

test.each([
  [{ abort: true, abortedAt: '1970-01-01T00:00:01Z' }, true],
  [{ abort: true, abortedAt: '1970-01-01T00:00:02Z' }, false],
  [{ abort: false, abortedAt: '1970-01-01T00:00:01Z' }, false],
  [{ abort: true }, false],
])('with %j it was aborted before second 2: %s', (status, expected) => {
  expect(wasAbortedBefore(rollout(status), 2_000)).toBe(expected);
});
