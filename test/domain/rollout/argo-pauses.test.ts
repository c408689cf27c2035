import { expect, test } from 'vitest';
import { argoPauseSeconds } from '../../../lib/domain/rollout/argo-pauses.ts';

const canary = (...durations: readonly (string | number | undefined)[]) => ({
  canary: { steps: durations.map((duration) => ({ pause: duration === undefined ? {} : { duration } })) },
});

test.each([
  [canary(60, '90', '10s', '5m', '1h', '1h30m'), 60 + 90 + 10 + 300 + 3_600 + 5_400],
  [canary('500ms', '1.5m'), 91],
  [canary(undefined, 60), 60],
  [canary('soon', -5, '1d'), 0],
  [canary('9000h'), 2_592_000],
  [{ canary: { steps: [{ setWeight: 20 }, { analysis: {} }] } }, 0],
  [{ blueGreen: { autoPromotionSeconds: 30 } }, 30],
  [{}, 0],
])('a rollout with %j pauses by itself for %s seconds', (strategy, seconds) => {
  expect(argoPauseSeconds({ spec: { strategy } })).toBe(seconds);
});
