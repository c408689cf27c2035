import { describe, expect, test } from 'vitest';
import { contract } from '../../statemachines/contract.ts';

describe('what a function may answer', () => {
  test.each<[stem: keyof typeof contract, answer: object, isOne: boolean]>([
    ['plan-batch', { count: 1 }, true],
    ['plan-batch', {}, true], // of a preview
    ['plan-batch', { count: 0 }, false],
    ['plan-batch', { counts: 1 }, false],
    ['deploy-to-cluster', { more: true }, true],
    ['deploy-to-cluster', {}, true],
    ['deploy-to-cluster', { more: 'yes' }, false],
  ])('%s: %j, or not', (stem, answer, isOne) => {
    expect(contract[stem].output.safeParse(answer).success).toBe(isOne);
  });
});
