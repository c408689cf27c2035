import { expect } from 'vitest';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { deployFails, type Expected, type Path, skipped, well } from './path.ts';
import type { World } from './world.ts';

/** Nothing new starts, runs are aborted where the executor can, and the result of a changed target is still correct. */

const cancelled = 'CANCELLED / CancelledByRequest';
const verifyFails = 'AwaitTurn Capture Deploy Verify LookBack Restore VerifyRestore Record';
const never = Number.POSITIVE_INFINITY;

/** The first attempt failed, and the second was cancelled before it started. */
export const firstUndone: Expected = {
  outcome: 'FAILED / RestoredPreviousRelease',
  visited: 'AwaitTurn Capture Deploy Capture Deploy LookBack Restore VerifyRestore Record',
  starts: '1, restore',
  runs: '1.0.0',
  says: /^Not started: the batch was cancelled\. /,
};

const after =
  (seconds: number) =>
  async (world: World, batchId: string): Promise<void> => {
    if (seconds > 0) await world.pass(seconds);
    await cancelBatch(world.deps, { batchId, actor: 'ada' });
  };

export const cancelPaths: readonly Path[] = [
  {
    title: 'before it is planned',
    batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }],
    meanwhile: after(0),
    expect: {
      a: { outcome: 'CANCELLED / BatchCancelled', visited: skipped },
      b: { outcome: 'CANCELLED / BatchCancelled', visited: skipped },
    },
    ends: cancelled,
  },
  {
    title: 'while some wait and one deploys, and its run can be aborted',
    batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c', priority: 1 }],
    submission: { strategy: { max_concurrency: 1 } },
    meanwhile: after(12),
    expect: {
      a: { outcome: 'CANCELLED / BatchCancelled', visited: deployFails, starts: '1', runs: '1.0.0', says: /aborted/ },
      b: { outcome: 'CANCELLED / BatchCancelled', visited: skipped },
      c: { outcome: 'CANCELLED / BatchCancelled', visited: skipped },
    },
    scripts: { a: { takes: never } },
    ends: cancelled,
    after: async (world, batchId) => expect(world.executor.cancels).toEqual([`${batchId}-0-1`]),
  },
  {
    title: 'while its start is throttled: it is not requested again',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { throttled: never } },
    meanwhile: after(5),
    expect: { a: { outcome: 'CANCELLED / BatchCancelled', visited: deployFails, runs: '1.0.0' } },
    ends: cancelled,
    after: async (world, batchId) => expect([...world.executor.asked]).toEqual([[`${batchId}-0-1`, 3]]),
  },
  {
    title: 'while the start of its second attempt is throttled: the changes of the first are undone',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': { ends: 'failed' }, 'a#2': { throttled: never } },
    meanwhile: async (world, batchId) => {
      await world.until(() => world.executor.asked.has(`${batchId}-0-2`));
      await after(3)(world, batchId);
    },
    expect: {
      a: firstUndone,
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'while its run waits for a person',
    batch: [{ name: 'a', timeout: 60 }],
    scripts: { a: { takes: never, asks: { after: 5, for: never } } },
    meanwhile: after(600),
    expect: { a: { outcome: 'CANCELLED / BatchCancelled', visited: deployFails, starts: '1', says: /aborted/ } },
    ends: cancelled,
    after: async (world) => expect(world.executor.cancels.length).toBe(1),
  },
  {
    title: 'while it deploys, and the abort is not received: it is not sent again at the deadline',
    batch: [{ name: 'a', timeout: 60 }],
    scripts: { a: { takes: 1_000, cancel: 'deaf' } },
    meanwhile: after(12),
    expect: { a: { outcome: 'UNKNOWN / AbortUnconfirmed', visited: deployFails, starts: '1' } },
    ends: 'UNKNOWN / DeploymentsUnknown',
    after: async (world) => expect(world.executor.cancels.length).toBe(1),
  },
  {
    title: 'while it deploys and its run cannot be aborted: it goes on to its end',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: 60, cancel: 'no' } },
    meanwhile: after(12),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' } },
    ends: 'SUCCESS / AllSucceeded',
    after: async (world) => expect(world.executor.cancels.length).toBe(1),
  },
  {
    title: 'a run that cannot be aborted still has its deadline',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: never, cancel: 'no' } },
    meanwhile: after(12),
    expect: { a: { outcome: 'UNKNOWN / AbortUnconfirmed', visited: deployFails, starts: '1' } },
    ends: 'UNKNOWN / DeploymentsUnknown',
  },
  {
    title: 'while the run is accepted but does not exist yet: it is aborted when it appears',
    batch: [{ name: 'a' }],
    scripts: { a: { start: 'accepted', appears: 60, takes: never } },
    meanwhile: after(12),
    expect: { a: { outcome: 'CANCELLED / BatchCancelled', visited: deployFails, starts: '1' } },
    ends: cancelled,
  },
  {
    title: 'while it is verified: that goes on',
    batch: [{ name: 'a' }],
    scripts: { a: { leaves: 'stuck' } },
    before: ({ cluster, clock }) => {
      cluster.set('a', '1.0.0', 'good');
      clock.setTimer(clock.now() + 90_000, () => cluster.set('a', '2.0.0', 'good'));
    },
    meanwhile: after(60),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' } },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'while it is verified, and that fails: no other attempt, but the previous release is restored',
    batch: [{ name: 'a', retries: 3 }],
    scripts: { a: { leaves: 'stuck' } },
    meanwhile: after(60),
    expect: {
      a: { outcome: 'FAILED / RestoredPreviousRelease', visited: verifyFails, starts: '1, restore', runs: '1.0.0' },
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'between two attempts: the changes of the first are undone',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': { ends: 'failed' } },
    // The second Capture waits for the cluster, and meanwhile somebody cancels.
    before: ({ cluster, clock }) => {
      cluster.away = { from: clock.now() + 25_000, until: clock.now() + 34_000 };
    },
    meanwhile: after(31),
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: 'AwaitTurn Capture Deploy Capture Deploy LookBack Restore VerifyRestore Record',
        starts: '1, restore',
        runs: '1.0.0',
      },
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'while it is restored: that goes on',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { takes: 60 } },
    meanwhile: after(45),
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: 'AwaitTurn Capture Deploy LookBack Restore VerifyRestore Record',
        starts: '1, restore',
        runs: '1.0.0',
      },
    },
    ends: 'FAILED / DeploymentsFailed',
    after: async (world) => expect(world.executor.cancels).toEqual([]),
  },
];
