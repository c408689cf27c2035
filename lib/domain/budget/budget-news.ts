import { allowedAt, type RequestKind } from './allowance.ts';
import type { Budget } from './budget.ts';

/** What whoever operates a budget wants to see. */
export type BudgetNews =
  /** Less is allowed, because the account refused some as too many. */
  | { readonly kind: 'lowered'; readonly account: string; readonly allowed: number; readonly limit: number }
  /** All is allowed again. */
  | { readonly kind: 'back'; readonly account: string; readonly limit: number }
  | {
      readonly kind: 'waited';
      readonly account: string;
      readonly request: RequestKind;
      readonly milliseconds: number;
    };

/** What a change of the budget was, where it is worth a word. */
export const newsOfChange = (account: string, before: Budget | undefined, after: Budget): readonly BudgetNews[] => {
  const { limit, throttled_at } = after;
  if (throttled_at === before?.throttled_at) return [];
  if (throttled_at === undefined) return [{ kind: 'back', account, limit }];
  return [{ kind: 'lowered', account, limit, allowed: Math.floor(allowedAt(after, after.at)) }];
};

/** For a log. */
export const wordsOf = (news: Exclude<BudgetNews, { kind: 'waited' }>): string =>
  news.kind === 'back'
    ? 'the executor is asked as often as configured again'
    : 'the executor is asked less often: it refused requests as too many';
