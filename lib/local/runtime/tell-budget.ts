import { type BudgetNews, wordsOf } from '../../domain/budget/budget-news.ts';

/** A line for whoever runs the server. What waits is in `health`. */
export const tellBudget = (news: BudgetNews): void => {
  if (news.kind === 'waited') return;
  const { account, limit } = news;
  const [level, allowed] = news.kind === 'back' ? ['INFO', limit] : ['WARN', news.allowed];
  console.error(JSON.stringify({ level, message: wordsOf(news), account, limit, allowed }));
};
