import { counted } from '../counted.ts';
import type { Status } from './status.ts';

/** Number of deployments by status. An absent status counts as 0. */
export type Totals = Readonly<Partial<Record<Status, number>>>;

export interface BatchStatus {
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
}

interface Rule extends Pick<BatchStatus, 'status' | 'reason'> {
  readonly when: (count: (status: Status) => number, cancelRequested: boolean) => boolean;
}

/**
 * The first rule that applies decides. A known failure outweighs unknowns, because it stays true however they are
 * resolved. A skip does not, since it waits for the same person. A cancelled batch is FAILED only if something really
 * failed.
 */
const rules: readonly Rule[] = [
  {
    status: 'UNKNOWN',
    reason: 'DeploymentsUnknown',
    when: (count) => count('UNKNOWN') > 0 && count('FAILED') === 0,
  },
  {
    status: 'CANCELLED',
    reason: 'CancelledByRequest',
    when: (count, cancelRequested) => cancelRequested && count('CANCELLED') > 0 && count('FAILED') === 0,
  },
  {
    status: 'FAILED',
    reason: 'DeploymentsFailed',
    when: (count) => count('FAILED') + count('SKIPPED') + count('CANCELLED') > 0,
  },
  { status: 'SUCCESS', reason: 'AllSucceeded', when: () => true },
];

/** Decides how a batch ends once all of its deployments have ended. */
export const decideBatchStatus = (totals: Totals, { cancelRequested }: { cancelRequested: boolean }): BatchStatus => {
  const rule = rules.find(({ when }) => when((status) => totals[status] ?? 0, cancelRequested))!;
  return { status: rule.status, reason: rule.reason, message: describeTotals(totals) };
};

/** Whether some of a batch's deployments explain how it ended. They don't if it ended for a reason of its own. */
export const isDecidedBy = (
  { status, reason }: Pick<BatchStatus, 'status' | 'reason'>,
  totals: Totals,
  request: { readonly cancelRequested: boolean },
): boolean => rules.every((rule) => rule.reason !== reason) || decideBatchStatus(totals, request).status === status;

const words: readonly (readonly [Status, string])[] = [
  ['SUCCESS', 'succeeded'],
  ['FAILED', 'failed'],
  ['ROLLBACK', 'rolled back'],
  ['SKIPPED', 'skipped'],
  ['CANCELLED', 'cancelled'],
  ['UNKNOWN', 'unknown'],
  ['PROCESSING', 'in work'],
  ['PENDING', 'waiting'],
];

/** For example `12 deployments: 9 succeeded, 2 failed, 1 skipped.` */
export const describeTotals = (totals: Totals): string => {
  const parts = words.map(([status, word]) => ({ word, count: totals[status] ?? 0 })).filter(({ count }) => count > 0);
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const told = parts.map(({ count, word }) => `${count} ${word}`).join(', ');
  return `${counted(total, 'deployment')}${told === '' ? '' : `: ${told}`}.`;
};
