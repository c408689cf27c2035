import { expect } from 'vitest';
import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { deployFails, type Path, verifyFails, well, wellAtSecond } from './path.ts';
import { itemsOf } from './report.ts';
import type { World, WorldOptions } from './world.ts';

/** Every wait has a deadline that its owner enforces. The state's own is later, for when the owner is gone. */

const failed = 'FAILED / DeploymentsFailed';
const unknown = 'UNKNOWN / DeploymentsUnknown';
const restoring = 'AwaitTurn Capture Deploy LookBack Restore Record';
const restored = 'AwaitTurn Capture Deploy LookBack Restore VerifyRestore Record';
const never = Number.POSITIVE_INFINITY;

const reasonOfFailure = async (world: World, batchId: string): Promise<string | undefined> =>
  (await itemsOf(world, batchId))[0]?.outcome?.failure?.reason;

/** A run may wait this many seconds for a person. */
const patientFor = (human_wait: number): Catalogue => {
  const { catalogue } = simulatedConfiguration();
  const pillars = Object.entries(catalogue.pillars).map(([name, { harness, ...pillar }]) => [
    name,
    { ...pillar, harness: { ...harness!, human_wait } },
  ]);
  return { ...catalogue, pillars: Object.fromEntries(pillars) };
};

/** For tests that wait until a state fails: the hours that a start may wait for room are part of that. */
const seldom: WorldOptions = { catalogue: patientFor(60), sweepEvery: 300_000 };

const abortedOnce = async (world: World): Promise<void> => expect(world.executor.cancels).toHaveLength(1);

const lacking =
  (...rights: readonly string[]) =>
  ({ cluster }: World): void =>
    cluster.lack(...rights);

export const byOwner: readonly Path[] = [
  {
    title: 'deploy: the run is aborted at the end of the timeout, then the previous release is seen',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: never } },
    expect: { a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1', runs: '1.0.0' } },
    ends: failed,
    after: async (world, batchId) => {
      expect(world.executor.cancels).toEqual([`${batchId}-0-1`]);
      expect(await reasonOfFailure(world, batchId)).toBe('Timeout');
    },
  },
  {
    title: 'deploy: after a timeout it may be tried again',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': { takes: never } },
    expect: {
      a: {
        outcome: 'SUCCESS / Verified',
        visited: wellAtSecond,
        starts: '1, 2',
        runs: '2.0.0',
      },
    },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'deploy: a run that fails by itself during the abort is recorded with its own failure',
    batch: [{ name: 'a', rollback: 'none', timeout: 60 }],
    scripts: { a: { takes: 75, ends: 'rejected', cancel: 'no' } },
    expect: { a: { outcome: 'FAILED / PipelineApprovalRejected', visited: deployFails, starts: '1' } },
    ends: failed,
  },
  {
    title: 'deploy: the abort is refused and the run goes on',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { takes: never, cancel: 'no' } },
    expect: {
      a: {
        outcome: 'UNKNOWN / AbortUnconfirmed',
        visited: deployFails,
        starts: '1',
        says: /but its end was not seen: the executor \(harness\) says Running\. Known: key \S+-0-1, run run-\S+;/,
      },
    },
    ends: unknown,
  },
  {
    title: 'deploy: the abort is refused, but the run succeeds soon',
    batch: [{ name: 'a', timeout: 60 }],
    scripts: { a: { takes: 100, cancel: 'no' } },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' } },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'deploy: the executor forgets the run that we want to stop',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: never, cancel: 'deaf', forgotten: true } },
    expect: {
      a: {
        outcome: 'UNKNOWN / AbortUnconfirmed',
        visited: deployFails,
        starts: '1',
        says: /not seen: the executor \(harness\) does not know this run or gives no state for it\. Known: /,
      },
    },
    ends: unknown,
  },
  {
    title: 'deploy: the abort is accepted and never confirmed',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { takes: never, cancel: 'deaf' } },
    expect: { a: { outcome: 'UNKNOWN / AbortUnconfirmed', visited: deployFails, starts: '1' } },
    ends: unknown,
  },
  {
    title: 'deploy: the answer to the abort is lost: the abort is not sent again, and the end of the run is seen',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: never, cancel: 'lost' } },
    expect: { a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1', runs: '1.0.0' } },
    ends: failed,
    after: abortedOnce,
  },
  {
    title: 'deploy: the abort itself is lost: it is not sent again, and nobody claims that it was received',
    batch: [{ name: 'a', retries: 2 }],
    scripts: { a: { takes: never, cancel: 'unheard' } },
    expect: { a: { outcome: 'UNKNOWN / AbortUnconfirmed', visited: deployFails, starts: '1' } },
    ends: unknown,
    after: abortedOnce,
  },
  {
    title: 'deploy: the abort cannot be sent at first',
    batch: [{ name: 'a', timeout: 60 }],
    scripts: { a: { takes: never } },
    meanwhile: async (world) => {
      await world.pass(50);
      world.executor.isAway = true;
      await world.pass(45);
      world.executor.isAway = false;
    },
    expect: { a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1', runs: '1.0.0' } },
    ends: failed,
    after: abortedOnce,
  },
  ...(['before', 'after'] as const).map(
    (when): Path => ({
      title: `deploy: the poller dies with its abort, ${when} it was sent: it is sent once at most`,
      batch: [{ name: 'a', timeout: 60 }],
      scripts: { a: { takes: never } },
      before: (world) => {
        world.meter.fault = ({ name }) => {
          if (name !== 'executor.cancel') return undefined;
          world.log.kill('watch-executor', 'error');
          return { error: new Error('killed'), when };
        };
      },
      expect: {
        a:
          when === 'before'
            ? { outcome: 'UNKNOWN / AbortUnconfirmed', visited: deployFails, starts: '1' }
            : { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1', runs: '1.0.0' },
      },
      ends: when === 'before' ? unknown : failed,
      after: async (world) => expect(world.executor.cancels).toHaveLength(when === 'before' ? 0 : 1),
    }),
  ),
  {
    title: 'deploy: an attempt of a minute whose run cannot be read ends two minutes after it was sent',
    batch: [{ name: 'a', timeout: 60 }],
    scripts: { a: { takes: 600 } },
    meanwhile: async (world, batchId) => {
      await world.pass(20);
      const at = world.clock.now();
      world.executor.isAway = true;
      await world.sealed(batchId);
      expect(world.clock.now() - at).toBeLessThan(120_000);
    },
    expect: { a: { outcome: 'UNKNOWN / ExecutorUnavailable', visited: deployFails, starts: '1' } },
    ends: unknown,
  },
  {
    title: 'deploy: the run waits two hours for a person, and its own time stops meanwhile',
    batch: [{ name: 'a', timeout: 60, retries: 2 }],
    scripts: { a: { takes: 7_240, asks: { after: 20, for: 7_200 } } },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' } },
    ends: 'SUCCESS / AllSucceeded',
    after: async (world) => expect(world.executor.cancels).toEqual([]),
  },
  {
    title: 'deploy: after it has waited for a person it has only the rest of its time',
    batch: [{ name: 'a', timeout: 60, rollback: 'none' }],
    scripts: { a: { takes: 9_000, asks: { after: 20, for: 7_200 } } },
    expect: {
      a: { outcome: 'FAILED / Timeout', visited: deployFails, starts: '1', says: /It was at work \(Running\) 121 min/ },
    },
    ends: failed,
    after: abortedOnce,
  },
  {
    title: 'deploy: nobody acts for longer than a run may wait for a person: it is not tried again',
    batch: [{ name: 'a', timeout: 60, retries: 2 }],
    options: { catalogue: patientFor(3_600) },
    scripts: { a: { takes: 9_000, asks: { after: 20, for: 8_000 } } },
    expect: { a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1', runs: '1.0.0' } },
    ends: failed,
    after: async (world, batchId) => {
      await abortedOnce(world);
      expect(await reasonOfFailure(world, batchId)).toBe('HumanWaitExpired');
    },
  },
  {
    title: 'restore: its run waits three hours for a person, longer than the state did before',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { takes: 10_900, asks: { after: 20, for: 10_800 } } },
    expect: { a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1, restore' } },
    ends: failed,
  },
  {
    title: 'deploy: the message says that the executor never began the run',
    batch: [{ name: 'a', rollback: 'none' }],
    scripts: { a: { takes: never, isQueued: true } },
    expect: {
      a: { outcome: 'FAILED / Timeout', visited: deployFails, starts: '1', says: /still queued \(Queued\)\.$/ },
    },
    ends: failed,
  },
  {
    title: 'deploy: the executor can no longer be asked',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: 60 } },
    meanwhile: async (world) => {
      await world.pass(20);
      world.executor.isAway = true;
    },
    expect: { a: { outcome: 'UNKNOWN / ExecutorUnavailable', visited: deployFails, starts: '1' } },
    ends: unknown,
  },
  {
    title: 'deploy: the executor cannot be reached for a while',
    batch: [{ name: 'a' }],
    meanwhile: async (world) => {
      await world.pass(5);
      world.executor.isAway = true;
      await world.pass(200);
      world.executor.isAway = false;
    },
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'verify: the rollout is not healthy at the end of the timeout',
    batch: [{ name: 'a' }],
    scripts: { a: { leaves: 'stuck' } },
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: 'AwaitTurn Capture Deploy Verify LookBack Restore VerifyRestore Record',
        starts: '1, restore',
        says: /not healthy when its timeout ended\. Last seen: .*Version 1\.0\.0 was restored/,
      },
    },
    ends: failed,
  },
  {
    title: 'verify: the image never comes',
    batch: [{ name: 'a', rollback: 'none' }],
    scripts: { a: { leaves: 'nothing' } },
    expect: { a: { outcome: 'FAILED / Timeout', visited: verifyFails, starts: '1', says: /2\.0\.0 is awaited/ } },
    ends: failed,
  },
  {
    title: 'verify: the cluster cannot be reached until the deadline',
    batch: [{ name: 'a', retries: 1 }],
    before: away(20, 10_000),
    expect: {
      a: { outcome: 'UNKNOWN / ClusterUnavailable', visited: verifyFails, starts: '1', says: /does not answer/ },
    },
    ends: unknown,
  },
  {
    title: 'verify: the cluster cannot be reached for a while',
    batch: [{ name: 'a' }],
    before: away(20, 200),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'capture: the cluster cannot be reached for more than an hour',
    batch: [{ name: 'a' }],
    before: away(0, 10_000),
    expect: {
      a: { outcome: 'FAILED / NotStarted', visited: 'AwaitTurn Capture Record', says: /ClusterUnavailable/ },
    },
    ends: failed,
  },
  {
    title: 'capture: the cluster will never let us see the rollout, and is not asked again',
    batch: [{ name: 'a', retries: 1 }],
    before: lacking('list pods'),
    expect: {
      a: {
        outcome: 'FAILED / RightsMissing',
        visited: 'AwaitTurn Capture Record',
        says: /^Nothing was started: cluster [\w-]+ does not let us list pods in namespace \w+; give the role to the group flotilla and add our user to it: flotilla cluster-role [\w-]+ \| kubectl apply -f -\.$/,
      },
    },
    ends: failed,
  },
  {
    title: 'capture: the cluster lets us see less than it could',
    batch: [{ name: 'a' }],
    before: lacking('watch pods', 'watch events'),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'restore: the run is aborted at its end',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { takes: never } },
    expect: { a: { outcome: 'FAILED / RestoreFailed', visited: restoring, starts: '1, restore' } },
    ends: failed,
  },
  {
    title: 'restore: the abort is never confirmed',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { takes: never, cancel: 'deaf' } },
    expect: { a: { outcome: 'UNKNOWN / RestoreUnknown', visited: restoring, starts: '1, restore' } },
    ends: unknown,
  },
  {
    title: 'verify the restore: not healthy at the end of its timeout',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { leaves: 'stuck' } },
    expect: { a: { outcome: 'FAILED / RestoreFailed', visited: restored, starts: '1, restore' } },
    ends: failed,
  },
  {
    title: 'verify the restore: the cluster cannot be reached',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' } },
    before: away(50, 10_000),
    expect: { a: { outcome: 'UNKNOWN / RestoreUnknown', visited: restored, starts: '1, restore' } },
    ends: unknown,
  },
];

function away(from: number, until: number): (world: World) => void {
  return ({ cluster, clock }) => {
    cluster.away = { from: clock.now() + from * 1_000, until: clock.now() + until * 1_000 };
  };
}

/** The watcher of that name does not work until its batch is sealed. Then the rest is cleaned up. */
const without =
  (watcher: string, afterSeconds = 0) =>
  async (world: World, batchId: string): Promise<void> => {
    if (afterSeconds > 0) await world.pass(afterSeconds);
    world.invokeFault = ({ name }) => (name === watcher ? { error: new Error('broken'), when: 'before' } : undefined);
    world.log.kill(watcher, 'error');
    await world.sealed(batchId);
    world.invokeFault = undefined;
  };

const held = itemOf(keys.lock('staging/cluster-eu-1/shared/a'), {
  target: 'staging/cluster-eu-1/shared/a',
  batch_id: 'other',
  index: 0,
  fence: 0,
  state: 'held',
});

export const byState: readonly Path[] = [
  {
    title: 'turn: it never comes',
    batch: [{ name: 'a' }],
    options: { sweepEvery: Number.POSITIVE_INFINITY },
    before: ({ table }) => void table.transact([{ put: held }]),
    meanwhile: (world, batchId) => world.until(async () => (await world.header(batchId)).ended_at !== undefined, 3e9),
    expect: { a: { outcome: 'FAILED / NotStarted', visited: 'AwaitTurn Record', says: /States\.Timeout/ } },
    ends: failed,
  },
  {
    title: 'deploy: nobody polls',
    batch: [{ name: 'a' }],
    options: seldom,
    meanwhile: without('watch-executor'),
    expect: { a: { outcome: 'UNKNOWN / WaitTimedOut', visited: deployFails, starts: '1' } },
    ends: unknown,
  },
  {
    title: 'verify: nobody observes',
    batch: [{ name: 'a' }],
    meanwhile: without('watch-cluster'),
    expect: { a: { outcome: 'UNKNOWN / WaitTimedOut', visited: verifyFails, starts: '1' } },
    ends: unknown,
  },
  {
    title: 'restore: nobody polls any more',
    batch: [{ name: 'a' }],
    options: seldom,
    scripts: { a: { ends: 'failed' }, 'a#restore': { takes: 120 } },
    meanwhile: without('watch-executor', 35),
    expect: { a: { outcome: 'UNKNOWN / RestoreUnknown', visited: restoring, starts: '1, restore' } },
    ends: unknown,
  },
  {
    title: 'verify the restore: nobody observes',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' } },
    meanwhile: without('watch-cluster'),
    expect: { a: { outcome: 'UNKNOWN / RestoreUnknown', visited: restored, starts: '1, restore' } },
    ends: unknown,
  },
];
