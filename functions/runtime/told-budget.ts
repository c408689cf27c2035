import { type BudgetNews, wordsOf } from '../../lib/domain/budget/budget-news.ts';
import { observer } from './observer.ts';

/** What the budget of an executor tells, as numbers and as lines of the log. */
export const tellBudget = (news: BudgetNews): void => {
  if (news.kind !== 'waited') {
    const { account, limit } = news;
    const allowed = news.kind === 'back' ? limit : news.allowed;
    observer().measure([{ name: 'ExecutorBudgetAllowed', value: allowed }]);
    observer().tell(wordsOf(news), { account, limit, allowed });
  } else observer().measure([{ name: 'ExecutorBudgetWait', value: news.milliseconds, by: news.request }]);
};
