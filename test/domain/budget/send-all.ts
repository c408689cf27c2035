import type { RequestKind } from '../../../lib/domain/budget/allowance.ts';
import { type Budget, budgetAt, dueAt, issue, lower } from '../../../lib/domain/budget/budget.ts';

/** This many ask at that time; or the account complains. */
export type Happening =
  | { readonly at: number; readonly kind: RequestKind; readonly count: number }
  | { readonly at: number; readonly complaint: true };

export interface Sent {
  readonly at: number;
  readonly kind: RequestKind;
  /** When it was asked for. */
  readonly asked: number;
}

interface Holder {
  readonly kind: RequestKind;
  number: number;
  readonly asked: number;
}

/** Plays the events against a budget to the end. Each request goes as soon as its number allows. */
export const sendAll = (first: Budget, happenings: readonly Happening[]): readonly Sent[] => {
  let budget = first;
  let holders: Holder[] = [];
  const sent: Sent[] = [];
  const open = [...happenings].sort((a, b) => a.at - b.at);
  const number = (kind: RequestKind): number => {
    budget = issue(budget, kind);
    return budget[kind].issued;
  };
  const dueOf = ({ kind, number }: Holder): number => dueAt(budget, kind, number);
  while (open.length + holders.length > 0) {
    const now = Math.min(open[0]?.at ?? Number.POSITIVE_INFINITY, ...holders.map(dueOf));
    budget = budgetAt(budget, now);
    for (const holder of holders.filter((each) => dueOf(each) <= now))
      sent.push({ at: now, kind: holder.kind, asked: holder.asked });
    holders = holders.filter((each) => dueOf(each) > now);
    while (open[0] !== undefined && open[0].at <= now) {
      const happening = open.shift()!;
      if ('complaint' in happening) {
        const { round } = budget;
        budget = lower(budget, now);
        if (budget.round !== round) for (const holder of holders) holder.number = number(holder.kind);
        continue;
      }
      const { kind, count } = happening;
      for (let nth = 0; nth < count; nth += 1) holders.push({ kind, number: number(kind), asked: now });
    }
  }
  return sent;
};

/** The most that went in any 60 seconds. `times` is sorted. */
export const fullestMinute = (times: readonly number[]): number => {
  let most = 0;
  let first = 0;
  for (const [last, time] of times.entries()) {
    while (time - times[first]! >= 60_000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
};
