import { describe, expect, test } from 'vitest';
import { outlookLines, spelled } from '../../../lib/cli/outlook-lines.ts';
import type { Batch, Deployment } from '../../../lib/domain/batch/batch.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { afterFailure } from '../../../lib/domain/plan/after-failure.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { worstCase } from '../../../lib/domain/plan/worst-case.ts';
import { batch, deployment } from './random-graph.ts';

const { catalogue } = simulatedConfiguration();

const item = (number: number, fields: Partial<Deployment>): Deployment => ({
  ...deployment(number),
  ...{ timeout: 100, retry_count: 0, rollback_strategy: 'manual', ...fields },
});

const planOf = (deployments: readonly Deployment[], strategy: Partial<Batch['strategy']> = {}) => {
  const made = batch(deployments);
  return planBatch({ ...made, strategy: { ...made.strategy, ...strategy } }, catalogue);
};

describe('one service takes at worst', () => {
  const steps = { kind: 'canary', traffic: { by: 'replicas' }, steps: [10, 100], step_seconds: 60, checks: [] };
  const canary = {
    name: 'kubernetes',
    account: 'kubernetes:x',
    settings: { strategy: { ...steps, proceed: 'person', proven_seconds: 0 } },
  };

  test.each<[what: string, fields: Partial<PlannedDeployment>, expected: object]>([
    ['one try', {}, { seconds: 100, tries: 1, try_seconds: 100 }],
    ['all its tries', { retry_count: 3, timeout: 1800 }, { seconds: 7200, tries: 4, try_seconds: 1800 }],
    [
      'all its tries and the restore',
      { retry_count: 1, rollback_strategy: 'automatic' },
      { seconds: 300, tries: 2, restore_seconds: 100 },
    ],
    [
      'as a job, no restore',
      { rollback_strategy: 'automatic', workload: { kind: 'job', name: 'a', namespace: 'b' } },
      { seconds: 100 },
    ],
    [
      'with its steps, which a restore does not take',
      { executor: canary as never, rollback_strategy: 'automatic' },
      { seconds: 320, try_seconds: 220, restore_seconds: 100 },
    ],
    [
      'as a rollback, no restore',
      { rollback_strategy: 'automatic', replay: { kind: 'rollback', of: [] } },
      { seconds: 100 },
    ],
  ])('%s', (_, fields, expected) => {
    const plan = planOf([item(1, {})]);
    const deployments = plan.deployments.map((one) => ({ ...one, ...fields }));
    const { restore_seconds, ...worst } = worstCase({ ...plan, deployments })!;
    expect(worst).toMatchObject({ key: 'shared/s1', others: 0 });
    expect({ restore_seconds, ...worst }).toMatchObject({ restore_seconds: undefined, ...expected });
  });

  test('names the slowest, and how many are as slow', () => {
    const plan = planOf([item(1, {}), item(2, { timeout: 200 }), item(3, { timeout: 200 })]);
    expect(worstCase(plan)).toMatchObject({ key: 'shared/s2', others: 1, seconds: 200 });
  });
});

describe('the slowest chain', () => {
  const chained = [
    item(1, { retry_count: 1, rollback_strategy: 'automatic' }),
    item(2, { dependencies: ['shared/s1'] }),
    item(3, { dependencies: ['shared/s1'], rollback_strategy: 'automatic' }),
    item(4, { timeout: 250 }),
  ];
  test.each<
    [what: string, strategy: Partial<Batch['strategy']>, deployments: readonly Deployment[], chain: object | undefined]
  >([
    [
      'counts the restore of its last deployment only',
      {},
      chained,
      { seconds: 400, deployments: 2, last: 'shared/s3' },
    ],
    [
      'is all of them, one at a time',
      { mode: 'sequential' },
      chained,
      { seconds: 850, deployments: 4, last: 'shared/s4' },
    ],
    ['is not shown if the batch is rolled back as a whole', { on_failure: 'rollback' }, chained, undefined],
    ['is not shown if nothing depends on anything', {}, chained.slice(0, 1), undefined],
    ['is not shown if one service takes longer', {}, [...chained, item(5, { timeout: 3600 })], undefined],
  ])('%s', (_, strategy, deployments, chain) => {
    expect(worstCase(planOf(deployments, strategy))?.chain).toEqual(chain);
  });
});

describe('describes what happens on a failure', () => {
  const planned = (strategies: readonly Deployment['rollback_strategy'][]) =>
    planOf(strategies.map((rollback_strategy, at) => item(at + 1, { rollback_strategy }))).deployments;
  const said = (strategies: readonly Deployment['rollback_strategy'][], unasked: readonly string[] = []) => {
    const after_failure = afterFailure(planned(strategies), new Set(unasked));
    return outlookLines({ after_failure, strategy: batch([]).strategy });
  };
  const [automatic, manual, none] = ['automatic', 'manual', 'none'] as const;

  test.each([
    [[automatic], [], 'On failure: 1 goes back to the last good release by itself.'],
    [
      [automatic, automatic, manual, none],
      [],
      'On failure: 2 go back to the last good release by themselves, 1 waits for you (manual), 1 stays as it is.',
    ],
    [[manual, manual], ['shared/s1', 'shared/s2'], 'On failure: 2 wait for you (manual, the default of the format).'],
    [[manual, manual], ['shared/s2'], 'On failure: 2 wait for you (manual, the default of the format for 1 of them).'],
  ] as const)('%j', (strategies, unasked, line) => {
    expect(said(strategies, unasked)).toEqual([line]);
  });
});

test.each([
  [90, '1 min 30 s'],
  [7_200, '2 h'],
  [100_000, '27 h 46 min 40 s'],
  [0, '0 s'],
])('%i seconds are %s', (seconds, text) => {
  expect(spelled(seconds)).toBe(text);
});
