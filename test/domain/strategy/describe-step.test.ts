import { expect, test } from 'vitest';
import { describeStep } from '../../../lib/domain/strategy/describe-step.ts';
import type { CanaryMarks, StepsSeen } from '../../../lib/domain/strategy/steps-seen.ts';
import type { Strategy } from '../../../lib/domain/strategy/strategy.ts';

const strategy: Strategy = {
  ...{ kind: 'canary', traffic: { by: 'route', route: 'web', service: 'web' }, steps: [10, 50, 100] },
  ...{ step_seconds: 900, checks: [], proceed: 'automatic', proven_seconds: 60 },
};
const byPods: Partial<Strategy> = { traffic: { by: 'replicas' } };
const green: Partial<Strategy> = { kind: 'blue_green', traffic: { by: 'service', service: 'web' }, steps: [100] };
const standing: CanaryMarks = { step: 0, isMoving: false, since: 0 };

test.each<[string, Partial<Strategy>, Partial<StepsSeen>, Partial<CanaryMarks>, string]>([
  ['a share by a route', {}, {}, {}, 'canary at 10 %: step 1 of 3, 7 of 15 minutes; fine'],
  ['a share that is not set yet', {}, {}, { step: 1, isMoving: true }, 'canary on its way to 50 %: step 2 of 3; fine'],
  ['pods', byPods, { pods: 1 }, {}, 'canary at 1 of 5 pods: step 1 of 2, 7 of 15 minutes; fine'],
  ['one pod next to one', byPods, { stable: 1 }, {}, 'canary at 1 of 2 pods: step 1 of 1, 7 of 15 minutes; fine'],
  ['requested pods', byPods, { pods: 3 }, { step: 1 }, 'canary at 3 of 7 pods: step 2 of 2, 7 of 15 minutes; fine'],
  ['pods on their way', byPods, {}, { step: 1, isMoving: true }, 'canary on its way to 4 of 8 pods: step 2 of 2; fine'],
  ['seconds', { step_seconds: 60 }, {}, {}, 'canary at 10 %: step 1 of 3, 60 of 60 seconds; fine'],
  ['green', green, {}, {}, 'green has all traffic, 7 of 15 minutes; fine'],
  ['green without traffic', green, {}, { isMoving: true }, 'green has no traffic yet; fine'],
])('describes %s', (_, change, seen, marks, words) => {
  const of = { strategy: { ...strategy, ...change }, stable: 4, now: 7 * 60_000, ...seen };
  expect(describeStep(of, { ...standing, ...marks }, 'fine')).toBe(words);
});
