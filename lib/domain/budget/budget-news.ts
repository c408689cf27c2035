import { allowedAt, type RequestKind } from './allowance.ts';
import type { Budget } from './budget.ts';

/** What an operator of a budget wants to see. */
export type BudgetNews =
  /** Less is allowed, because the account refused requests as too many. */
  | { readonly kind: 'lowered'; readonly account: string; readonly allowed: number; readonly limit: number }
  /** The full limit is allowed again. */
  | { readonly kind: 'back'; readonly account: string; readonly limit: number }
  | {
      readonly kind: 'waited';
      readonly account: string;
      readonly request: RequestKind;
      readonly milliseconds: number;
    };

/** What changed in the budget, if it is worth logging. */
export const newsOfChange = (account: string, before: Budget | undefined, after: Budget): readonly BudgetNews[] => {
  const { limit, throttled_at } = after;
  if (throttled_at === before?.throttled_at) return [];
  if (throttled_at === undefined) return [{ kind: 'back', account, limit }];
  return [{ kind: 'lowered', account, limit, allowed: Math.floor(allowedAt(after, after.at)) }];
};

/** Words for a log line. */
export const wordsOf = (news: Exclude<BudgetNews, { kind: 'waited' }>): string =>
  news.kind === 'back'
    ? 'requests to the executor are back at the configured rate'
    : 'the executor refused requests as too many: fewer are sent';
