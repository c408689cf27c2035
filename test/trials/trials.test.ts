import { describe, expect, test } from 'vitest';
import type { Executor, StartResult } from '../../lib/domain/ports.ts';
import { drawTrial, type Trial } from './draw-trial.ts';
import { runTrial } from './run-trial.ts';

/** Ten seeds each; `npm run test:trials` runs ten thousand. */
const tens = [1, 2, 3, 4, 5];

test.each(tens)('ten trials (%i) start nothing twice, report nothing wrong, and end', async (ten) => {
  for (let seed = ten * 10; seed < ten * 10 + 10; seed += 1) {
    const { violations } = await runTrial(drawTrial(seed));
    expect(violations, `seed ${seed}`).toEqual([]);
  }
});

test('the same seed gives the same story', async () => {
  const told = async () => {
    const { items, runs, hours } = await runTrial(drawTrial(17));
    return {
      ends: items.map(({ key, reason, message, updated_at }) => [key, reason, message, updated_at]),
      runs,
      hours,
    };
  };
  expect(await told()).toEqual(await told());
});

/** Nothing goes wrong in it by itself. */
const calm: Trial = {
  seed: 1,
  mode: 'execute',
  installation: { stageMilliseconds: 5_000 },
  faults: [],
  batch: [{ name: 'a', timeout: 120 }],
  kills: [],
};

const spoiled: readonly (readonly [string, RegExp, (executor: Executor) => Partial<Executor>])[] = [
  [
    'starts twice',
    /was started 2 times/,
    (executor) => ({
      start: async (request, latest) => {
        await executor.start(request, latest);
        return executor.start(request, latest);
      },
    }),
  ],
  [
    'reports a running run as failed',
    /PipelineFailed is given for a run that was (?!Failed)/,
    () => ({
      look: async (watched) =>
        new Map(
          watched.map(({ request, ref = '' }) => [
            request.key,
            { kind: 'found', ref, state: { phase: 'terminal', outcome: 'failed', raw: 'Failed' } },
          ]),
        ),
    }),
  ],
  [
    'reports nothing',
    /UNKNOWN .* everything could be known/,
    () => ({
      look: async (watched) =>
        new Map(
          watched.map(({ request }) => [request.key, { kind: 'unread', trouble: { asked: 'x', answered: 'y' } }]),
        ),
    }),
  ],
];

const refused: readonly (readonly [string, Partial<Trial>])[] = [
  ['too many requests', { faults: [{ fault: 'too-many-requests', times: 1 }] }],
  ['a refusal', { faults: [{ fault: 'reject', times: 1 }] }],
  ['nothing, while the sweeper is killed', { kills: [{ name: 'sweep', seconds: 100, heard: 'error' }] }],
];

describe('an executor that', () => {
  test.each(spoiled)('%s is noticed', async (_, expected, change) => {
    const { violations } = await runTrial(calm, (executor) => ({ ...boundTo(executor), ...change(executor) }));
    expect(violations.join('\n')).toMatch(expected);
  });

  test.each(refused)(
    'cannot tell a start that was answered by %s from one that was lost is noticed',
    async (_, what) => {
      const { violations } = await runTrial({ ...calm, ...what }, (executor) => ({
        ...boundTo(executor),
        start: async (request, latest) => {
          const answer = what.kills === undefined ? await executor.start(request, latest) : { kind: 'rejected' };
          return answer.kind === 'rejected' ? { kind: 'unknown', message: 'lost' } : (answer as StartResult);
        },
      }));
      expect(violations.join('\n')).toMatch(/UNKNOWN .* everything could be known/);
    },
  );

  test('behaves correctly is not noticed', async () => {
    expect((await runTrial(calm)).violations).toEqual([]);
  });
});

/** Methods with private fields must be called on their own object. */
const boundTo = (executor: Executor): Executor => ({
  lateStartMilliseconds: executor.lateStartMilliseconds,
  start: (...args) => executor.start(...args),
  look: (...args) => executor.look(...args),
  cancel: (...args) => executor.cancel(...args),
  whereToLook: (...args) => executor.whereToLook(...args),
});
