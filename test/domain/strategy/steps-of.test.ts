import { expect, test } from 'vitest';
import type { KeptDeployment } from '../../../lib/domain/plan/kept-deployment.ts';
import { attemptSeconds, strategyOf, strategySeconds } from '../../../lib/domain/strategy/steps-of.ts';
import type { Strategy } from '../../../lib/domain/strategy/strategy.ts';

const strategy: Strategy = {
  ...{ kind: 'canary', traffic: { by: 'replicas' }, steps: [10, 50, 100], step_seconds: 60 },
  ...{ checks: [], proceed: 'automatic', proven_seconds: 600 },
};

const deployment = (change: object = {}, settings: object = { strategy }) =>
  ({
    ...{ timeout: 300, executor: { name: 'kubernetes', account: 'kubernetes:kube', settings } },
    ...change,
  }) as unknown as KeptDeployment;

test.each<[string, Partial<Strategy>, number]>([
  ['that continues by itself ends when it is proven', {}, 720],
  ['whose steps take longer than the proof ends with the last of them', { proven_seconds: 1 }, 180],
  ['that a person approves has its steps: the wait for a person counts separately', { proceed: 'person' }, 180],
  ['of one step has that step', { steps: [100], proceed: 'person' }, 60],
])('a strategy %s', (_, change, seconds) => {
  expect(strategySeconds({ ...strategy, ...change })).toBe(seconds);
});

test.each<[string, object, boolean]>([
  ['a deployment takes the steps of its service', {}, true],
  ['a delete takes none', { action: 'delete' }, false],
  ['a scale takes none', { action: 'scale' }, false],
  ['what a rollback restores takes none', { replay: { kind: 'rollback' } }, false],
  ['a retry takes them again', { replay: { kind: 'retry' } }, true],
  ['another executor has none', { executor: { name: 'harness', account: 'a', settings: { strategy } } }, false],
])('%s', (_, change, has) => {
  expect(strategyOf(deployment(change))).toEqual(has ? strategy : undefined);
  expect(attemptSeconds(deployment(change))).toBe(has ? 1_020 : 300);
});

test('adds the pauses that an Argo Rollout makes by itself, except for a restore', () => {
  const paused = deployment({}, { manifests: { sha256: 'x', pause_seconds: 90 } });
  expect([attemptSeconds(paused), attemptSeconds(paused, { isRestore: true })]).toEqual([390, 300]);
});

test('a restore keeps its time', () => {
  expect(attemptSeconds(deployment(), { isRestore: true })).toBe(300);
});
