import { type BudgetNews, wordsOf } from '../../domain/budget/budget-news.ts';

/** A line for the person who runs the server. `health` has what is waiting. */
export const tellBudget = (news: BudgetNews): void => {
  if (news.kind === 'waited') return;
  const { account, limit } = news;
  const [level, allowed] = news.kind === 'back' ? ['INFO', limit] : ['WARN', news.allowed];
  console.error(JSON.stringify({ level, message: wordsOf(news), account, limit, allowed }));
};
