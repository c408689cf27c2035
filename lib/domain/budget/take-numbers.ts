import type { RequestKind } from './allowance.ts';
import { type Budget, dueAt, issue } from './budget.ts';

/** A caller that asks for a turn, and until when the turn is useful. */
export interface Ask {
  readonly kind: RequestKind;
  readonly latest?: number;
}

/** `later`: the turn would come too late to be useful, so no number was taken. */
export type Taken =
  | { readonly kind: 'number'; readonly number: number; readonly due: number }
  | { readonly kind: 'later'; readonly due: number };

/** Takes a number for each caller, in order. The callers' time is `lag` behind the budget's. */
export const takeNumbers = (
  budget: Budget,
  asks: readonly Ask[],
  lag: number,
): { readonly budget: Budget; readonly taken: readonly Taken[] } => {
  let after = budget;
  const taken = asks.map(({ kind, latest = Number.POSITIVE_INFINITY }): Taken => {
    const number = after[kind].issued + 1;
    const due = dueAt(after, kind, number) - lag;
    if (due > latest) return { kind: 'later', due };
    after = issue(after, kind);
    return { kind: 'number', number, due };
  });
  return { budget: after, taken };
};
