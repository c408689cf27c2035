import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRankHeap } from '../../../lib/domain/plan/rank-heap.ts';

test('returns the smallest first, whatever is added in between', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant('take' as const)));
  fc.assert(
    fc.property(steps, (list) => {
      const heap = makeRankHeap();
      const model: number[] = [];
      for (const step of list) {
        if (step === 'take') expect(heap.pop()).toBe(model.shift());
        else {
          heap.push(step);
          model.push(step);
          model.sort((a, b) => a - b);
        }
        expect(heap.size()).toBe(model.length);
        expect(heap.peek()).toBe(model[0]);
      }
    }),
  );
});
