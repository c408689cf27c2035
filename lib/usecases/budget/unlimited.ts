import type { RequestBudget } from '../../domain/ports.ts';

/** For an executor that nobody shares and nobody counts: one of our own simulators. */
export const unlimited: RequestBudget = {
  turn: async () => ({ kind: 'go' }),
  throttled: async () => {},
};
