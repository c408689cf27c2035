import { describe, expect, test } from 'vitest';
import { decideBatchStatus, describeTotals, type Totals } from '../../../lib/domain/deployment/batch-status.ts';
import { isTerminal, type Status, statuses } from '../../../lib/domain/deployment/status.ts';

type Case = readonly [Totals, boolean, Status, string];

const cases: readonly Case[] = [
  [{ SUCCESS: 3 }, false, 'SUCCESS', 'AllSucceeded'],
  [{ SUCCESS: 3 }, true, 'SUCCESS', 'AllSucceeded'],
  [{ SUCCESS: 2, FAILED: 1 }, false, 'FAILED', 'DeploymentsFailed'],
  [{ SUCCESS: 2, SKIPPED: 1 }, false, 'FAILED', 'DeploymentsFailed'],
  [{ SUCCESS: 2, FAILED: 1, SKIPPED: 4 }, false, 'FAILED', 'DeploymentsFailed'],
  [{ SUCCESS: 2, UNKNOWN: 1 }, false, 'UNKNOWN', 'DeploymentsUnknown'],
  [{ SUCCESS: 2, UNKNOWN: 1, CANCELLED: 1 }, true, 'UNKNOWN', 'DeploymentsUnknown'],
  [{ UNKNOWN: 1, FAILED: 1 }, false, 'FAILED', 'DeploymentsFailed'],
  [{ UNKNOWN: 1, SKIPPED: 1 }, false, 'UNKNOWN', 'DeploymentsUnknown'],
  [{ UNKNOWN: 1, SKIPPED: 1, FAILED: 1 }, false, 'FAILED', 'DeploymentsFailed'],
  [{ SUCCESS: 1, CANCELLED: 4 }, true, 'CANCELLED', 'CancelledByRequest'],
  [{ SUCCESS: 1, CANCELLED: 1 }, true, 'CANCELLED', 'CancelledByRequest'],
  [{ CANCELLED: 4, SKIPPED: 1 }, true, 'CANCELLED', 'CancelledByRequest'],
  [{ CANCELLED: 4, FAILED: 1 }, true, 'FAILED', 'DeploymentsFailed'],
  [{ SUCCESS: 4, CANCELLED: 1 }, false, 'FAILED', 'DeploymentsFailed'],
  [{ UNKNOWN: 1, SKIPPED: 1, CANCELLED: 1 }, true, 'UNKNOWN', 'DeploymentsUnknown'],
];

describe('decideBatchStatus', () => {
  test.each(cases)('%j, cancel requested %s: %s / %s', (totals, cancelRequested, status, reason) => {
    const message = describeTotals(totals);
    expect(decideBatchStatus(totals, { cancelRequested })).toEqual({ status, reason, message });
  });

  test('reports the counts', () => {
    const { message } = decideBatchStatus({ SUCCESS: 9, SKIPPED: 1, FAILED: 2 }, { cancelRequested: false });
    expect(message).toBe('12 deployments: 9 succeeded, 2 failed, 1 skipped.');
    const each = {
      PENDING: 8,
      PROCESSING: 7,
      UNKNOWN: 6,
      CANCELLED: 5,
      SKIPPED: 4,
      ROLLBACK: 3,
      FAILED: 2,
      SUCCESS: 1,
    };
    expect(describeTotals(each)).toBe(
      '36 deployments: 1 succeeded, 2 failed, 3 rolled back, 4 skipped, 5 cancelled, 6 unknown, 7 in work, 8 waiting.',
    );
    expect(describeTotals({ SUCCESS: 1 })).toBe('1 deployment: 1 succeeded.');
    expect(describeTotals({})).toBe('0 deployments.');
  });
});

test('everything that neither waits nor is in progress has ended', () => {
  expect(statuses.filter((status) => !isTerminal(status))).toEqual(['PENDING', 'PROCESSING']);
  expect(statuses).toHaveLength(8);
});
