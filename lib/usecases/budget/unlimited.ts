import type { RequestBudget } from '../../domain/ports.ts';

/** For what nobody else shares and nobody counts: a simulator of our own. */
export const unlimited: RequestBudget = {
  turn: async () => ({ kind: 'go' }),
  throttled: async () => {},
};
