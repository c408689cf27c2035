import { type BudgetNews, wordsOf } from '../../lib/domain/budget/budget-news.ts';
import { observer } from './observer.ts';

/** Writes an executor budget's news as metrics and log lines. */
export const tellBudget = (news: BudgetNews): void => {
  if (news.kind !== 'waited') {
    const { account, limit } = news;
    const allowed = news.kind === 'back' ? limit : news.allowed;
    observer().measure([{ name: 'ExecutorBudgetAllowed', value: allowed }]);
    observer().tell(wordsOf(news), { account, limit, allowed });
  } else observer().measure([{ name: 'ExecutorBudgetWait', value: news.milliseconds, by: news.request }]);
};
