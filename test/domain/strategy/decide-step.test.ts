import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { canaryName } from '../../../lib/domain/strategy/canary-name.ts';
import { decideStep } from '../../../lib/domain/strategy/decide-step.ts';
import { placeOfStep, replicasFor, stepPath } from '../../../lib/domain/strategy/step-path.ts';
import type { StepsSeen } from '../../../lib/domain/strategy/steps-seen.ts';
import type { Strategy, Traffic } from '../../../lib/domain/strategy/strategy.ts';

const byPods: Traffic = { by: 'replicas' };
const byRoute: Traffic = { by: 'route', route: 'web', service: 'web' };
const byService: Traffic = { by: 'service', service: 'web' };

const strategy: Strategy = {
  ...{ kind: 'canary', traffic: byRoute, steps: [10, 30, 100], step_seconds: 60 },
  ...{ checks: [], proceed: 'automatic', proven_seconds: 60 },
};

const good: StepsSeen = {
  ...{ strategy, now: 1_000_000, stable: 10 },
  canary: { step: 1, isMoving: false, since: 1_000_000 - 60_000 },
  health: { kind: 'healthy', message: 'all run' },
  traffic: { kind: 'stands', share: 30 },
  checks: { kind: 'good', message: 'errors 0.2 (max 5)' },
  hasProceeded: false,
};

const last: Partial<StepsSeen> = {
  canary: { step: 2, isMoving: false, since: 1_000_000 - 60_000 },
  traffic: { kind: 'stands', share: 100 },
};
const pods = (step: number, count: number, stable: number): Partial<StepsSeen> => ({
  ...{ strategy: { ...strategy, traffic: byPods }, stable, pods: count },
  ...{ canary: { step, isMoving: false, since: 999_000 }, traffic: { kind: 'stands', share: strategy.steps[step]! } },
});
const person: Partial<StepsSeen> = { ...last, strategy: { ...strategy, proceed: 'person' } };

test.each<[string, Partial<StepsSeen>, object]>([
  ['without a canary: its first step', { canary: undefined as never }, { do: 'apply', step: 0 }],
  ['a step that is over: the next', {}, { do: 'apply', step: 2 }],
  [
    'a step that is not over: wait',
    { now: 999_999 },
    { do: 'wait', message: 'canary at 30 %: step 2 of 3, 59 of 60 seconds; errors 0.2 (max 5)' },
  ],
  [
    'pods that do not run: back',
    { health: { kind: 'failing', message: 'they crash' } },
    { do: 'back', retryable: true, message: 'canary at 30 %: step 2 of 3, 60 of 60 seconds; they crash' },
  ],
  [
    'pods that no other attempt would run: back for good',
    { health: { kind: 'failing', message: 'they crash', isLasting: true } },
    { do: 'back', retryable: false },
  ],
  ['bad metrics: back', { checks: { kind: 'broken', message: 'errors 9' } }, { do: 'back', retryable: false }],
  ['metrics not available yet: wait', { checks: { kind: 'open', message: 'no data' } }, { do: 'wait' }],
  [
    'a gateway that refuses: back',
    { traffic: { kind: 'refused', share: 30, message: 'no' } },
    { do: 'back', retryable: false },
  ],
  [
    'a gateway that has said nothing yet: wait',
    { traffic: { kind: 'pending', share: 30, message: 'x' } },
    { do: 'wait' },
  ],
  ['pods that do not exist yet: wait', { health: { kind: 'waiting', message: '1 of 2' } }, { do: 'wait' }],
  [
    'pods that exist: the traffic',
    { canary: { step: 1, isMoving: true }, traffic: { kind: 'stands', share: 10 } },
    { do: 'shift', step: 1 },
  ],
  [
    'traffic that somebody has changed: set it again',
    { traffic: { kind: 'stands', share: 0 } },
    { do: 'shift', step: 1 },
  ],
  ['traffic that is set: its time', { canary: { step: 1, isMoving: true } }, { do: 'begin', step: 1 }],
  ['the last step: wait until it is proven', last, { do: 'wait' }],
  ['the last step when proven: the workload', { ...last, checks: { kind: 'proven', message: '' } }, { do: 'promote' }],
  ['the last step, with a required approval: a person', person, { do: 'ask' }],
  [
    'the last step when proven, with a required approval: still a person',
    { ...person, checks: { kind: 'proven', message: '' } },
    { do: 'ask' },
  ],
  ['an approval: the workload', { ...person, hasProceeded: true }, { do: 'promote' }],
  [
    'an approval with bad metrics: back',
    { ...person, hasProceeded: true, checks: { kind: 'broken', message: '' } },
    { do: 'back' },
  ],
  ['an approval before the step is over: wait', { ...person, hasProceeded: true, now: 999_000 }, { do: 'wait' }],
  ['a canary by pods with more pods than an autoscaler left the workload: fewer', pods(1, 5, 8), { do: 'shrink' }],
  ['such a one whose pods do not run yet: fewer', { ...pods(1, 5, 8), health: good.health }, { do: 'shrink', step: 1 }],
  ['a canary by pods with fewer: wait, because it grows with its next step', pods(1, 1, 8), { do: 'wait' }],
  ['a canary by a route with more: wait', { pods: 9, now: 999_999 }, { do: 'wait' }],
  [
    'a workload that was scaled to no pods: back',
    { stable: 0 },
    { do: 'back', retryable: false, message: expect.stringContaining('the workload was scaled to no pods') },
  ],
  ['such a one by pods: back', pods(2, 1, 0), { do: 'back' }],
  ['such a one with all traffic on the canary: wait', { ...last, stable: 0 }, { do: 'wait' }],
])('what comes next: %s', (_, change, action) => {
  expect(decideStep({ ...good, ...change })).toMatchObject(action);
});

test.each<[Traffic, number, number, number]>([
  [byPods, 10, 10, 2],
  [byPods, 50, 10, 10],
  [byPods, 75, 10, 10],
  [byPods, 100, 10, 10],
  [byPods, 10, 1, 1],
  [byPods, 50, 0, 1],
  [byRoute, 10, 10, 1],
  [byRoute, 30, 4, 2],
  [byRoute, 100, 4, 4],
  [byRoute, 10, 0, 1],
  [byService, 100, 4, 4],
])('%o at %i %% next to %i pods has %i', (traffic, share, stable, replicas) => {
  expect(replicasFor(traffic, share, stable)).toBe(replicas);
});

test('merges steps that need the same number of pods', () => {
  const steps = [10, 30, 50, 75, 100];
  expect(stepPath({ traffic: byPods, steps }, 4)).toEqual([0, 1, 2]);
  expect(stepPath({ traffic: byPods, steps }, 1)).toEqual([0]);
  expect(stepPath({ traffic: byRoute, steps }, 1)).toEqual([0, 1, 2, 3, 4]);
  expect(placeOfStep({ traffic: byPods, steps }, 4, 2)).toEqual({ place: 3, of: 3 });
});

test('names of canaries fit, and differ for long names with the same start', () => {
  const [one, other] = [`${'a'.repeat(60)}-b`, `${'a'.repeat(60)}-c`].map((name) => canaryName(name, strategy));
  expect([canaryName('web', strategy), canaryName('web', { kind: 'blue_green' })]).toEqual(['web-canary', 'web-green']);
  expect([one?.length, other?.length, one === other]).toEqual([63, 63, false]);
});

/** How a world of pods, traffic and metrics responds to the actions. */
interface Walk {
  readonly shares: readonly number[];
  readonly end: 'promote' | 'back' | 'open';
  /** By the place of a step: it had running pods, for its time. */
  readonly proven: ReadonlySet<number>;
}

interface Weather {
  readonly health: StepsSeen['health']['kind'];
  readonly checks: StepsSeen['checks']['kind'];
  readonly seconds: number;
  readonly stable: number;
}

const walk = (of: Strategy, weathers: readonly Weather[]): Walk => {
  let [now, share] = [0, 0];
  let canary: StepsSeen['canary'];
  const shares: number[] = [];
  const proven = new Set<number>();
  for (const { health, checks, seconds, stable } of weathers) {
    now += seconds * 1_000;
    const seen: StepsSeen = {
      ...{ strategy: of, now, stable, hasProceeded: true },
      ...(canary === undefined ? {} : { canary }),
      ...{ health: { kind: health, message: '' }, checks: { kind: checks, message: '' } },
      traffic: { kind: 'stands', share: of.traffic.by === 'replicas' ? of.steps[canary?.step ?? 0]! : share },
    };
    const action = decideStep(seen);
    if (action.do === 'promote' || action.do === 'back') return { shares, end: action.do, proven };
    if (action.do === 'apply') {
      if (canary !== undefined && health === 'healthy' && now - canary.since! >= of.step_seconds * 1_000)
        proven.add(canary.step);
      canary = { ...canary, step: action.step, isMoving: true };
    }
    if (action.do === 'shift') share = of.steps[action.step]!;
    if (action.do === 'begin') canary = { step: action.step, isMoving: false, since: now };
    shares.push(of.traffic.by === 'replicas' ? (canary?.step ?? -1) : share);
  }
  return { shares, end: 'open', proven };
};

const anyStrategy = fc
  .record({
    steps: fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 }),
    traffic: fc.constantFrom(byPods, byRoute),
    proceed: fc.constantFrom('person' as const, 'automatic' as const),
  })
  .map(({ steps, ...rest }): Strategy => ({ ...strategy, ...rest, steps: steps.toSorted((a, b) => a - b) }));

const weather = fc.record({
  health: fc.constantFrom('healthy' as const, 'healthy' as const, 'waiting' as const),
  checks: fc.constantFrom('good' as const, 'proven' as const, 'open' as const),
  seconds: fc.integer({ min: 1, max: 90 }),
  stable: fc.integer({ min: 1, max: 12 }),
});

describe('a canary', () => {
  it('has a share that never falls, and is good at every remaining step before it is promoted', () => {
    fc.assert(
      fc.property(anyStrategy, fc.array(weather, { maxLength: 120 }), (of, weathers) => {
        const { shares, end, proven } = walk(of, weathers);
        expect(shares).toEqual(shares.toSorted((a, b) => a - b));
        if (end === 'promote' && of.traffic.by === 'route') expect(proven.size).toBe(of.steps.length - 1);
        expect(end).not.toBe('back');
      }),
    );
  });

  it('finishes if everything is good for long enough', () => {
    const fair: Weather = { health: 'healthy', checks: 'proven', seconds: 30, stable: 4 };
    fc.assert(
      fc.property(anyStrategy, fc.array(weather, { maxLength: 40 }), (of, weathers) => {
        expect(walk(of, [...weathers, ...Array<Weather>(60).fill(fair)]).end).toBe('promote');
      }),
    );
  });

  it('goes back at once if its pods or its metrics are bad', () => {
    fc.assert(
      fc.property(anyStrategy, fc.array(weather, { maxLength: 40 }), fc.boolean(), (of, weathers, isHealth) => {
        const bad: Weather = {
          health: isHealth ? 'failing' : 'healthy',
          checks: isHealth ? 'good' : 'broken',
          seconds: 1,
          stable: 4,
        };
        const { end } = walk(of, weathers);
        // The first action may be to create it.
        if (end === 'open') expect(walk(of, [...weathers, bad, bad]).end).toBe('back');
      }),
    );
  });
});
