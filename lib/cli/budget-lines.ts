import { rightOf } from '../domain/catalogue/cluster-rights.ts';
import { verbsIn } from '../domain/catalogue/noted-rights.ts';
import { counted } from '../domain/counted.ts';
import type { BudgetView } from '../usecases/budget/read-budgets.ts';
import type { TroubleView } from '../usecases/deployment/account-trouble.ts';
import type { MissingRights } from '../usecases/read-health.ts';
import { printable } from './clean-text.ts';
import type { Times } from './times.ts';

/** The accounts that delay requests, or allow fewer than they should. */
export const budgetLines = (budgets: readonly BudgetView[], times: Times): readonly string[] =>
  budgets.flatMap((budget) => {
    const parts = [...loweredParts(budget, times), ...waitingParts(budget, times)];
    return parts.length === 0 ? [] : [`${printable(budget.account)}: ${parts.join('; ')}.`];
  });

const loweredParts = ({ lowered, allowed, limit }: BudgetView, times: Times): readonly string[] =>
  lowered === undefined
    ? []
    : [
        `${allowed} of ${limit} requests a minute since ${times.moment(lowered.since)}, because it refused some as too many`,
      ];

const waitingParts = ({ waiting }: BudgetView, times: Times): readonly string[] =>
  (['start', 'read'] as const).flatMap((kind) => {
    const { count, until, at_least } = waiting[kind];
    if (count === 0) return [];
    const end = until === undefined ? '' : ` until about ${times.timeOfDay(until)}`;
    const least = at_least === true ? 'at least ' : '';
    return [`${least}${counted(count, kind)} ${count === 1 ? 'waits' : 'wait'} for room in its budget${end}`];
  });

/** The clusters that lack some rights of their role. */
export const rightsLines = (rights: readonly MissingRights[]): readonly string[] =>
  rights.map(({ cluster, namespaces, missing, remedy }) => {
    const where = counted(namespaces, 'namespace');
    return `cluster ${printable(cluster)} does not let us ${printable(verbsIn(missing.map(rightOf)))} in ${where}: ${printable(remedy)}`;
  });

/** The accounts that cannot be read. */
export const troubleLines = (troubles: readonly TroubleView[], times: Times): readonly string[] =>
  troubles.map(({ account, since, asked, answered }) => {
    const told = `cannot be read since ${times.moment(since)}. Asked for ${printable(asked)}: ${printable(answered)}`;
    return `${printable(account)} ${told}`;
  });
