import { expect } from 'vitest';
import { deployFails, type Path, skipped, verifyFails, well, wellAtSecond } from './path.ts';
import { eventsOf, itemsOf } from './report.ts';
import type { World } from './world.ts';

/** Ways of a deployment in which only executor and cluster play a part. */

const restored = 'AwaitTurn Capture Deploy LookBack Restore VerifyRestore Record';
const verifyRestored = 'AwaitTurn Capture Deploy Verify LookBack Restore VerifyRestore Record';
const done = 'SUCCESS / AllSucceeded';
const failed = 'FAILED / DeploymentsFailed';

/** How often the executor was asked to start each attempt of the first deployment. */
const askedFor =
  (expected: Readonly<Record<string, number>>) =>
  async (world: World): Promise<void> => {
    const asked = [...world.executor.asked].map(([key, count]) => [key.slice(key.lastIndexOf('-') + 1), count]);
    expect(Object.fromEntries(asked)).toEqual(expected);
  };

export const good: readonly Path[] = [
  {
    title: 'all succeed, one after the other',
    batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }],
    expect: {
      a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' },
      b: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' },
    },
    ends: done,
    after: async (world, batchId) => {
      const told = ['TurnGranted', 'Deploying', 'RunStarted', 'RunSucceeded', 'Verified'];
      expect(await eventsOf(world, batchId, 0)).toEqual(told);
      expect(await eventsOf(world, batchId, 'batch')).toEqual(['Submitted', 'Planned', 'AllSucceeded']);
      expect(world.faults).toEqual([]);
    },
  },
  {
    title: 'accepted first, started later: no additional transition',
    batch: [{ name: 'a' }],
    scripts: { a: { start: 'accepted', appears: 40 } },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' } },
    ends: done,
  },
  {
    title: 'the reply is lost, and the run is found by its key',
    batch: [{ name: 'a' }],
    scripts: { a: { start: 'unknown', appears: 40 } },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' } },
    ends: done,
  },
  {
    title: 'a long run costs no additional transition',
    batch: [{ name: 'a', timeout: 3600 }],
    scripts: { a: { takes: 3000 } },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' } },
    ends: done,
  },
  {
    title: 'the second attempt succeeds',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': { ends: 'failed' } },
    expect: {
      a: {
        outcome: 'SUCCESS / Verified',
        visited: wellAtSecond,
        starts: '1, 2',
        runs: '2.0.0',
      },
    },
    ends: done,
  },
  {
    title: 'the second attempt succeeds after a verification that timed out',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': { leaves: 'stuck' } },
    expect: {
      a: {
        outcome: 'SUCCESS / Verified',
        visited: 'AwaitTurn Capture Deploy Verify Capture Deploy Verify',
        starts: '1, 2',
        runs: '2.0.0',
      },
    },
    ends: done,
  },
  {
    title: 'a first deployment',
    batch: [{ name: 'a' }],
    submission: { without: ['a'] },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' } },
    ends: done,
    after: async (world, batchId) =>
      expect((await itemsOf(world, batchId))[0]?.outcome?.release_before).toBeUndefined(),
  },
  {
    title: 'the health check passes at the third try',
    batch: [{ name: 'a', health: { path: '/ready' } }],
    before: ({ cluster }) => {
      cluster.answer = (_, nth) => (nth < 3 ? 503 : 200);
    },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', says: /Health: check 3 answered 200/ } },
    ends: done,
    after: async ({ cluster }) => expect(cluster.probes.get('a')).toBe(3),
  },
];

/** A run that takes a minute and writes nothing by itself, and what somebody, or the pipeline, writes meanwhile. */
const meanwhile =
  (...versions: readonly string[]) =>
  async ({ cluster, clock }: World): Promise<void> => {
    for (const [at, version] of versions.entries()) cluster.set('a', version, 'good', clock.now() + 10_000 * (at + 1));
  };

const running =
  (version: string, reason = 'Superseded') =>
  async (world: World, batchId: string): Promise<void> => {
    const [item] = await itemsOf(world, batchId);
    expect(item?.outcome).toMatchObject({ release_before: '1.0.0', release_after: version, reason });
  };

/** What neither we nor the previous release put there is never replaced. */
const superseded: readonly Path[] = [
  {
    title: 'ours is replaced while the pipeline is at work: reported at the first look, and theirs is left alone',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { takes: 60, leaves: 'nothing' } },
    meanwhile: meanwhile('2.0.0', '9.0.0'),
    expect: {
      a: {
        outcome: 'FAILED / Superseded',
        visited: verifyFails,
        starts: '1',
        runs: '9.0.0',
        says: /was .*2\.0\.0, as requested, and is now .*9\.0\.0: somebody else changed it\. It was left unchanged/,
      },
    },
    ends: failed,
    after: running('9.0.0'),
  },
  {
    title:
      'the previous one comes back while the pipeline is at work: reported at the first look, not at the end of the time',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { takes: 60, leaves: 'nothing' } },
    meanwhile: meanwhile('2.0.0', '1.0.0'),
    expect: {
      a: { outcome: 'FAILED / Superseded', visited: verifyFails, starts: '1', runs: '1.0.0', says: /it was put back/ },
    },
    ends: failed,
    after: async (world, batchId) => {
      await running('1.0.0')(world, batchId);
      const [, , , ran, verdict] = await timesOf(world, batchId);
      expect(verdict! - ran!).toBeLessThan(10_000);
    },
  },
  {
    title: 'ours is replaced and then the pipeline fails: nothing is restored over theirs',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: 60, ends: 'failed', leaves: 'nothing' } },
    meanwhile: meanwhile('2.0.0', '9.0.0'),
    expect: {
      a: {
        outcome: 'FAILED / Superseded',
        visited: 'AwaitTurn Capture Deploy LookBack Restore Record',
        starts: '1',
        runs: '9.0.0',
        says: /^The pipeline failed\. The previous release was not restored: the image is .*9\.0\.0: neither/,
      },
    },
    ends: failed,
    after: running('9.0.0'),
  },
  {
    title: 'ours is replaced and then the pipeline fails: no other attempt replaces theirs',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { takes: 60, ends: 'failed', leaves: 'nothing' } },
    meanwhile: meanwhile('2.0.0', '9.0.0'),
    expect: {
      a: {
        outcome: 'FAILED / Superseded',
        visited: 'AwaitTurn Capture Deploy Capture Deploy Record',
        starts: '1',
        runs: '9.0.0',
        says: /^Attempt 2 was not made: the image is .*9\.0\.0: neither .* The previous attempt failed: The pipeline failed/,
      },
    },
    ends: failed,
    after: running('9.0.0'),
  },
  {
    title: 'the pipeline deploys something else than requested: it may be theirs, and is left alone',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: 60, leaves: 'nothing' } },
    meanwhile: meanwhile('2.0.0-build7'),
    expect: {
      a: {
        outcome: 'FAILED / Superseded',
        visited: verifyFails,
        starts: '1',
        runs: '2.0.0-build7',
        says: /neither .*1\.0\.0, as before, nor .*what the pipeline made of the version, then deploy again\.$/,
      },
    },
    ends: failed,
    after: running('2.0.0-build7'),
  },
];

export const bad: readonly Path[] = [
  {
    title: 'the pipeline fails; the previous release is restored and verified',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' } },
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: restored,
        starts: '1, restore',
        runs: '1.0.0',
        says: /Version 1\.0\.0 was restored and verified: /,
      },
    },
    ends: failed,
    after: async (world, batchId) => {
      const [item] = await itemsOf(world, batchId);
      expect(item?.outcome).toMatchObject({
        failure: { reason: 'PipelineFailed' },
        release_after: '1.0.0',
        attempts: 1,
      });
    },
  },
  {
    title: 'the pipeline fails, and its message was cut in the middle of a character: a verdict all the same',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed', says: '\u{1f4a5}'.slice(0, 1) } },
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: restored,
        starts: '1, restore',
        says: /^The pipeline failed\. \ufffd/,
      },
    },
    ends: failed,
  },
  {
    title: 'the pipeline fails; with the manual strategy nothing is restored',
    batch: [{ name: 'a', rollback: 'manual' }],
    scripts: { a: { ends: 'failed' } },
    expect: { a: { outcome: 'FAILED / PipelineFailed', visited: deployFails, starts: '1', runs: '2.0.0' } },
    ends: failed,
  },
  {
    title: 'the pipeline rolled back by itself: nothing to run',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed', leaves: 'nothing' } },
    meanwhile: async (world) => {
      world.cluster.set('a', '2.0.0', 'stuck', world.clock.now() + 10_000);
      world.cluster.set('a', '1.0.0', 'good', world.clock.now() + 20_000);
    },
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: restored,
        starts: '1',
        runs: '1.0.0',
        says: /failed\. Nothing had to be restored\. The previous release, version 1\.0\.0, ran again and was verified: /,
      },
    },
    ends: failed,
  },
  {
    title: 'the pipeline fails before it changes anything: nothing to run, and no restore is reported',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed', leaves: 'nothing' } },
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: restored,
        starts: '1',
        runs: '1.0.0',
        says: /failed\. Nothing had to be restored\. The previous release, version 1\.0\.0, still ran and was verified: /,
      },
    },
    ends: failed,
  },
  {
    title: 'no previous version: nothing is restored, nothing deleted',
    batch: [{ name: 'a' }],
    submission: { without: ['a'] },
    scripts: { a: { ends: 'failed' } },
    expect: {
      a: {
        outcome: 'FAILED / NoPreviousVersion',
        visited: 'AwaitTurn Capture Deploy LookBack Restore Record',
        starts: '1',
      },
    },
    ends: failed,
  },
  {
    title: 'a bad image is a verdict within seconds, with the pod as evidence, and is not tried again',
    batch: [{ name: 'a', retries: 3 }],
    scripts: { a: { leaves: 'pull' } },
    expect: {
      a: { outcome: 'FAILED / RestoredPreviousRelease', visited: verifyRestored, starts: '1, restore', runs: '1.0.0' },
    },
    ends: failed,
    after: async (world, batchId) => {
      const [item] = await itemsOf(world, batchId);
      expect(item?.outcome?.failure?.reason).toBe('ImagePullBackOff');
      expect(item?.outcome?.evidence[0]).toMatchObject({ kind: 'pod', reason: 'ImagePullBackOff' });
      const [turn, , , , verdict] = await timesOf(world, batchId);
      expect(verdict! - turn!).toBeLessThan(35_000);
    },
  },
  {
    title: 'a crash loop comes with the last lines of the log',
    batch: [{ name: 'a' }],
    scripts: { a: { leaves: 'crash' } },
    expect: {
      a: { outcome: 'FAILED / RestoredPreviousRelease', visited: verifyRestored, starts: '1, restore', runs: '1.0.0' },
    },
    ends: failed,
    after: async (world, batchId) => {
      const [item] = await itemsOf(world, batchId);
      expect(item?.outcome?.failure?.reason).toBe('CrashLoopBackOff');
      expect(item?.outcome?.evidence[0]?.log?.[0]).toMatch(/no configuration found/);
    },
  },
  {
    title: 'a log in colours and with endless lines is kept as text of a size that fits the table',
    batch: [{ name: 'a' }],
    scripts: { a: { leaves: 'crash' } },
    before: ({ cluster }) => {
      cluster.log = Array.from(
        { length: 20 },
        () => `\u001b[31mfatal\u001b[0m\t\u0000${'\u001b'.repeat(30_000)}${'x'.repeat(999)}`,
      );
    },
    expect: { a: { outcome: 'FAILED / RestoredPreviousRelease', visited: verifyRestored, starts: '1, restore' } },
    ends: failed,
    after: async (world, batchId) => {
      const [item] = await itemsOf(world, batchId);
      expect(item?.outcome?.evidence[0]?.log?.[0]).toBe(`fatal\t${'x'.repeat(294)}…`);
    },
  },
  {
    title: 'somebody else deploys something newer meanwhile: it is reported, and theirs is left alone',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { takes: 30, leaves: 'stuck' } },
    meanwhile: async (world) => {
      await world.until(() => world.cluster.running('a') === '2.0.0');
      world.cluster.set('a', '9.0.0', 'good', world.clock.now() + 10_000);
    },
    expect: { a: { outcome: 'FAILED / Superseded', visited: verifyFails, starts: '1', runs: '9.0.0' } },
    ends: failed,
  },
  ...superseded,
  {
    title: 'all attempts fail, then the restore',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { ends: 'failed' } },
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: 'AwaitTurn Capture Deploy Capture Deploy Capture Deploy LookBack Restore VerifyRestore Record',
        starts: '1, 2, 3, restore',
        runs: '1.0.0',
      },
    },
    ends: failed,
  },
  {
    title: 'a start that is rejected is not tried again, and there is nothing to restore',
    batch: [{ name: 'a', retries: 3 }],
    scripts: {
      a: { start: { kind: 'rejected', retryable: false, reason: 'StartRejected', message: 'no such trigger' } },
    },
    expect: { a: { outcome: 'FAILED / StartRejected', visited: deployFails, runs: '1.0.0' } },
    ends: failed,
    after: askedFor({ 1: 1 }),
  },
  {
    title: 'a start that is throttled is requested again, which is no other attempt',
    batch: [{ name: 'a' }],
    scripts: { a: { throttled: 4 } },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
    after: askedFor({ 1: 5 }),
  },
  {
    title: 'a restore that is throttled is requested again',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { throttled: 3 } },
    expect: { a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1, restore' } },
    ends: failed,
    after: askedFor({ 1: 1, restore: 4 }),
  },
  ...(
    [
      [
        'rejected',
        { start: { kind: 'rejected', retryable: false, reason: 'StartRejected', message: 'no such trigger' } },
        '1, restore',
      ],
      ['accepted without success', { start: 'accepted', eventFails: 'no pipeline matches' }, '1, 2, restore'],
      ['frozen', { ends: 'frozen', leaves: 'nothing' }, '1, 2, restore'],
    ] as const
  ).map(
    ([what, second, starts]): Path => ({
      title: `the changes of the first attempt are undone, although the second one is ${what}`,
      batch: [{ name: 'a', retries: 1 }],
      scripts: { 'a#1': { ends: 'failed' }, 'a#2': second },
      expect: {
        a: {
          outcome: 'FAILED / RestoredPreviousRelease',
          visited: 'AwaitTurn Capture Deploy Capture Deploy LookBack Restore VerifyRestore Record',
          starts,
          runs: '1.0.0',
        },
      },
      ends: failed,
    }),
  ),
  {
    title: 'a start that is throttled for long waits in the queue, and fails after six hours, not after an attempt',
    batch: [{ name: 'a', retries: 1 }],
    options: { pace: { pollExecutor: 120_000 }, sweepEvery: 300_000 },
    scripts: { a: { throttled: Number.POSITIVE_INFINITY } },
    expect: {
      a: {
        outcome: 'FAILED / StartNotPossible',
        visited: deployFails,
        says: /^Not started: the start waited 6 hours and was not accepted\. The last reason: 429$/,
      },
    },
    ends: failed,
    after: async (world, batchId) => {
      const [, asked, , ended] = await timesOf(world, batchId);
      expect((ended! - asked!) / 3_600_000).toBeCloseTo(6, 1);
    },
  },
  {
    title: 'accepted, then the event fails',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { a: { start: 'accepted', eventFails: 'no pipeline matches' } },
    expect: { a: { outcome: 'FAILED / TriggerFailed', visited: deployFails, starts: '1', runs: '1.0.0' } },
    ends: failed,
  },
  {
    title: 'accepted, and no run ever appears',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { a: { start: 'accepted', appears: Number.POSITIVE_INFINITY } },
    expect: { a: { outcome: 'UNKNOWN / StartUnknown', visited: deployFails, starts: '1' } },
    ends: 'UNKNOWN / DeploymentsUnknown',
  },
  ...(['accepted', 'unknown'] as const).map(
    (start): Path => ({
      title: `${start}, and two runs carry the key: both are named, and nothing more starts`,
      batch: [{ name: 'a', retries: 1 }],
      scripts: { a: { start, doubled: true } },
      expect: {
        a: {
          outcome: 'UNKNOWN / SeveralRuns',
          visited: deployFails,
          starts: '1',
          says: /^2 active runs .*: run-\S+-0-1, run-\S+-0-1-again \(https:\/\/executor\.test\/\S+-again\)\. Known: key \S+-0-1.*; .* Look at runs with the key \S+-0-1\.$/,
        },
      },
      ends: 'UNKNOWN / DeploymentsUnknown',
    }),
  ),
  {
    title: 'the restore run fails',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { ends: 'failed' } },
    expect: {
      a: {
        outcome: 'FAILED / RestoreFailed',
        visited: 'AwaitTurn Capture Deploy LookBack Restore Record',
        starts: '1, restore',
        says: /The pipeline failed\. The previous release was not restored: The pipeline failed\./,
      },
    },
    ends: failed,
  },
  {
    title: 'the restored release does not come up',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { leaves: 'crash' } },
    expect: { a: { outcome: 'FAILED / RestoreFailed', visited: restored, starts: '1, restore' } },
    ends: failed,
  },
  {
    title: 'the health check never passes',
    batch: [{ name: 'a', health: { path: '/ready', timeout: 60 }, rollback: 'none' }],
    before: ({ cluster }) => {
      cluster.answer = () => 503;
    },
    expect: {
      a: {
        outcome: 'FAILED / HealthUnexpectedStatus',
        says: /the last: 503/,
        visited: verifyFails,
        starts: '1',
        runs: '2.0.0',
      },
    },
    ends: failed,
  },
  {
    title: 'a dependency fails: its dependents are skipped, all down the chain; others go on',
    batch: [{ name: 'a', rollback: 'none' }, { name: 'b', needs: ['a'] }, { name: 'c', needs: ['b'] }, { name: 'd' }],
    scripts: { a: { ends: 'failed' } },
    expect: {
      a: { outcome: 'FAILED / PipelineFailed', visited: deployFails, starts: '1' },
      b: { outcome: 'SKIPPED / DependencyFailed', visited: skipped, says: /shared\/a, which it depends on, is FAILED/ },
      c: { outcome: 'SKIPPED / DependencySkipped', visited: skipped },
      d: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' },
    },
    ends: failed,
  },
  {
    title: 'a dependency is UNKNOWN: its dependents are skipped',
    batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }],
    scripts: { a: { start: 'unknown', appears: Number.POSITIVE_INFINITY } },
    expect: {
      a: { outcome: 'UNKNOWN / StartUnknown', visited: deployFails, starts: '1' },
      b: { outcome: 'SKIPPED / DependencyUnknown', visited: skipped },
    },
    ends: 'UNKNOWN / DeploymentsUnknown',
  },
  {
    title: 'on_failure stop: nothing new starts, what runs goes on to its end',
    batch: [
      { name: 'a', rollback: 'none', priority: 9 },
      { name: 'b', priority: 8 },
      { name: 'c', priority: 1 },
    ],
    submission: { strategy: { on_failure: 'stop', max_concurrency: 2 } },
    scripts: { a: { ends: 'failed', takes: 20 }, b: { takes: 60 } },
    expect: {
      a: { outcome: 'FAILED / PipelineFailed', visited: deployFails, starts: '1' },
      b: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' },
      c: { outcome: 'SKIPPED / BatchStopped', visited: skipped, says: /shared\/a is FAILED/ },
    },
    ends: failed,
  },
];

const timesOf = async (world: Parameters<typeof itemsOf>[0], batchId: string): Promise<number[]> => {
  const { items } = await world.table.query({ pk: `EVENTS#${batchId}`, prefix: '00000#', limit: 100 });
  return items.map(({ at }) => at as number);
};
