import { expect } from 'vitest';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { Key, Write } from '../../lib/domain/ports.ts';
import type { Fault } from './call-meter.ts';
import { deployFails, type Path, skipped, verifyFails, well, wellAtSecond } from './path.ts';
import type { InvokeFault, World } from './world.ts';

/** Technical errors: of functions, and of what is behind them. */

const done = 'SUCCESS / AllSucceeded';
const failed = 'FAILED / DeploymentsFailed';
const unknown = 'UNKNOWN / DeploymentsUnknown';
const restored = 'AwaitTurn Capture Deploy LookBack Restore VerifyRestore Record';
const restoring = 'AwaitTurn Capture Deploy LookBack Restore Record';

const named = (name: string, message = 'ordered by the test'): Error => Object.assign(new Error(message), { name });

/** Every function fails twice for each of its deployments, before its work or after it. */
const twice = (when: 'before' | 'after', error: string): InvokeFault => {
  const counts = new Map<string, number>();
  return ({ name, payload }) => {
    const { index = 'batch', attempt = '', generation = '' } = payload as JsonObject;
    const place = `${name} ${String(index)} ${String(attempt)} ${String(generation)}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    return count <= 2 ? { error: named(error), when } : undefined;
  };
};

export const healing: readonly Path[] = (['before', 'after'] as const).map((when) => ({
  title: `every function is throttled twice, ${when} it ran`,
  batch: [{ name: 'a' }, { name: 'b' }, { name: 'c', needs: ['b'] }],
  scripts: { a: { ends: 'failed' } },
  before: (world) => {
    world.invokeFault = twice(when, 'Lambda.TooManyRequestsException');
  },
  expect: {
    a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1, restore', runs: '1.0.0' },
    b: {
      outcome: 'SUCCESS / Verified',
      visited: well,
      starts: '1',
      runs: '2.0.0',
      transitions: when === 'before' ? 12 : 8,
    },
    // An answer that comes before its function has failed ends the state: no retry.
    c: {
      outcome: 'SUCCESS / Verified',
      visited: well,
      starts: '1',
      runs: '2.0.0',
      transitions: when === 'before' ? 12 : 11,
    },
  },
  ends: failed,
}));

/** A function that always fails, for the deployment `a` where it has one. */
const broken =
  (name: string, when: 'before' | 'after' = 'before') =>
  (world: World): void => {
    world.invokeFault = (call) => (call.name === name ? { error: named('Error'), when } : undefined);
  };

export const lasting: readonly Path[] = [
  {
    title: 'Plan fails',
    batch: [{ name: 'a' }],
    before: broken('plan-batch'),
    expect: {},
    ends: 'FAILED / PlanFailed',
    after: async (world, batchId) => {
      const why = 'Error: ordered by the test';
      expect((await world.header(batchId)).message).toBe(`The plan could not be made: ${why}; nothing was started.`);
    },
  },
  {
    title: 'Plan does all its work, but its answer is lost: the Map runs all the same, in its second round',
    batch: [{ name: 'a' }],
    before: broken('plan-batch', 'after'),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
  },
  {
    title: 'Plan stores the plan, but cannot mark the batch as planned',
    batch: [{ name: 'a' }],
    before: ({ meter }) => {
      meter.fault = (call) => (isPlanning(call.args) ? busy('before') : undefined);
    },
    expect: {},
    ends: 'FAILED / PlanFailed',
  },
  {
    title: 'Plan fails, and still finishes after the batch has been concluded: nobody calls that a success',
    batch: [{ name: 'a' }],
    before: (world) => {
      // The answer of Plan is lost, and Conclude sees the batch as it was before.
      broken('plan-batch', 'after')(world);
      world.reply = ({ name }) => (name === 'conclude-batch' ? { next: 'finish', count: 0, round: 1 } : undefined);
    },
    expect: { a: { outcome: 'FAILED / ExecutionEnded', visited: '' } },
    ends: failed,
  },
  {
    title: 'AwaitTurn fails',
    batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }],
    before: (world) => {
      world.invokeFault = ({ name, payload }) =>
        name === 'await-turn' && (payload as JsonObject).index === 0
          ? { error: named('Error'), when: 'before' }
          : undefined;
    },
    expect: {
      a: { outcome: 'FAILED / NotStarted', visited: skipped },
      b: { outcome: 'SKIPPED / DependencyFailed', visited: skipped },
    },
    ends: failed,
  },
  {
    title: 'Capture fails',
    batch: [{ name: 'a' }],
    before: broken('capture-baseline'),
    expect: { a: { outcome: 'FAILED / NotStarted', visited: 'AwaitTurn Capture Record' } },
    ends: failed,
  },
  {
    title: 'Capture fails before the second attempt: the record says what was not done',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': { ends: 'failed' } },
    before: (world) => {
      world.invokeFault = ({ name, nth }) =>
        name === 'capture-baseline' && nth === 2 ? { error: named('Error', 'broken'), when: 'before' } : undefined;
    },
    expect: {
      a: {
        outcome: 'FAILED / PipelineFailed',
        visited: 'AwaitTurn Capture Deploy Capture Record',
        starts: '1',
        says: /The pipeline failed\. Then the deployment was interrupted: Error/,
      },
    },
    ends: failed,
  },
  {
    title: 'LookBack fails: the previous release is restored without a look, as where a cluster does not answer',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' } },
    before: broken('look-back'),
    expect: {
      a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1, restore', runs: '1.0.0' },
    },
    ends: failed,
  },
  {
    title: 'Deploy fails before it called the executor',
    batch: [{ name: 'a' }],
    before: broken('start-deployment'),
    expect: { a: { outcome: 'FAILED / NotStarted', visited: deployFails, runs: '1.0.0' } },
    ends: failed,
  },
  {
    title: 'Deploy fails after it called the executor: its run is followed, and nobody says that it failed',
    batch: [{ name: 'a' }],
    before: broken('start-deployment', 'after'),
    expect: { a: { outcome: 'UNKNOWN / TechnicalError', visited: deployFails, starts: '1', runs: '2.0.0' } },
    ends: unknown,
  },
  {
    title: 'Verify fails',
    batch: [{ name: 'a' }],
    before: broken('verify-rollout'),
    expect: { a: { outcome: 'UNKNOWN / TechnicalError', visited: verifyFails, starts: '1' } },
    ends: unknown,
  },
  {
    title: 'Restore fails before it called the executor',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' } },
    before: broken('start-restore'),
    expect: {
      a: {
        outcome: 'FAILED / PipelineFailed',
        visited: restoring,
        starts: '1',
        says: /The pipeline failed\. Then the deployment was interrupted: Error/,
      },
    },
    ends: failed,
  },
  {
    title: 'Restore fails after it called the executor',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' } },
    before: broken('start-restore', 'after'),
    expect: { a: { outcome: 'UNKNOWN / RestoreUnknown', visited: restoring, starts: '1, restore' } },
    ends: unknown,
  },
  {
    title: 'VerifyRestore fails',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' } },
    before: broken('verify-rollout'),
    expect: { a: { outcome: 'UNKNOWN / RestoreUnknown', visited: restored, starts: '1, restore' } },
    ends: unknown,
  },
  {
    title: 'Record fails: the batch records it when it concludes',
    batch: [{ name: 'a', rollback: 'none' }, { name: 'b' }],
    scripts: { a: { ends: 'failed' } },
    before: broken('record-outcome'),
    expect: {
      a: { outcome: 'FAILED / PipelineFailed', visited: deployFails, starts: '1' },
      b: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' },
    },
    ends: failed,
  },
  ...['conclude-batch', 'finish-batch'].map(
    (name): Path => ({
      title: `${name} fails: the sweeper does it`,
      batch: [{ name: 'a' }],
      before: broken(name),
      expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
      ends: done,
    }),
  ),
];

const busy = (when: 'before' | 'after') => ({ error: new FlotillaError('TableBusy', 'ordered by the test'), when });
const unavailable = (when: 'before' | 'after') => ({
  error: new FlotillaError('WorkflowUnavailable', 'ordered by the test'),
  when,
});

const puts = (args: readonly unknown[]): readonly JsonObject[] =>
  ((args[0] as readonly Write[] | undefined) ?? []).flatMap((write) => ('put' in write ? [write.put] : []));

const sets = (args: readonly unknown[]): readonly JsonObject[] =>
  ((args[0] as readonly Write[] | undefined) ?? []).flatMap((write) => ('update' in write ? [write.set ?? {}] : []));

const isTurn = (key: unknown): boolean => (key as Key).sk.startsWith('TURN#');

const isPlanning = (args: readonly unknown[]): boolean =>
  Array.isArray(args[0]) && puts(args).some(({ sk, reason }) => sk === 'HEADER' && reason === 'Planned');

/** The first matching call of that name fails. */
const once = (name: string, fault: ReturnType<Fault>, fits: (args: readonly unknown[]) => boolean = () => true) => {
  let done = false;
  return ({ meter }: World): void => {
    meter.fault = (call) => {
      if (done || call.name !== name || !fits(call.args)) return undefined;
      done = true;
      return fault;
    };
  };
};

export const behind: readonly Path[] = [
  ...(['before', 'after'] as const).flatMap((when) =>
    ['AwaitTurn', 'Deploy', 'Verify'].map(
      (state, at): Path => ({
        title: `the answer of ${state} is not sent (${when} it arrived): the sweeper sends it again`,
        batch: [{ name: 'a' }],
        before: ({ meter }) => {
          meter.fault = ({ name, nth }) =>
            name === 'workflow.succeed' && nth === at + 1 ? unavailable(when) : undefined;
        },
        expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
        ends: done,
      }),
    ),
  ),
  {
    title: 'the bad answer of Deploy is not sent: the sweeper sends it again',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': { ends: 'failed' } },
    before: once('workflow.fail', unavailable('before')),
    expect: {
      a: {
        outcome: 'SUCCESS / Verified',
        visited: wellAtSecond,
        starts: '1, 2',
      },
    },
    ends: done,
  },
  {
    title: 'the answers of a restore are not sent: the sweeper sends them again',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' } },
    before: ({ meter }) => {
      meter.fault = ({ name, nth }) =>
        name === 'workflow.succeed' && nth % 2 === 0 ? unavailable('before') : undefined;
    },
    expect: { a: { outcome: 'FAILED / RestoredPreviousRelease', visited: restored, starts: '1, restore' } },
    ends: failed,
  },
  {
    title: 'the execution cannot start when the batch is sent: the sweeper starts it',
    batch: [{ name: 'a' }],
    before: once('workflow.start', unavailable('before')),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
  },
  ...(['before', 'after'] as const).flatMap((when) =>
    [2, 3].map(
      (nth): Path => ({
        title: `watcher ${nth - 1} cannot start (${when} it did): the sweeper starts it`,
        batch: [{ name: 'a' }],
        before: ({ meter }) => {
          meter.fault = (call) => (call.name === 'workflow.start' && call.nth === nth ? unavailable(when) : undefined);
        },
        expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
        ends: done,
      }),
    ),
  ),
  {
    title: 'the table is busy when the executor has accepted: its receipt is not lost',
    batch: [{ name: 'a' }],
    scripts: { a: { start: 'accepted' } },
    before: once('table.transact', busy('before'), (args) => sets(args).some(({ phase }) => phase === 'accepted')),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
  },
  ...(['started', 'accepted'] as const).map(
    (start): Path => ({
      title: `the table is busy for long when the executor has ${start}: the run is found by its key`,
      batch: [{ name: 'a' }],
      scripts: { a: { start } },
      before: ({ meter, clock }) => {
        const end = clock.now() + 60_000;
        meter.fault = ({ name, args }) =>
          name === 'table.transact' && clock.now() < end && sets(args).some(({ phase }) => phase === start)
            ? busy('before')
            : undefined;
      },
      expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
      ends: done,
    }),
  ),
  {
    title: 'the table is busy between two starts that were turned away: nothing is UNKNOWN',
    batch: [{ name: 'a' }],
    scripts: { a: { throttled: 2 } },
    before: (world) =>
      once('table.get', busy('before'), ([key]) => isTurn(key) && world.executor.asked.size > 0)(world),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
  },
  {
    title: 'the executor certainly took no start: tried again',
    batch: [{ name: 'a' }],
    before: once('executor.start', {
      error: new FlotillaError('ExecutorUnavailable', 'no connection'),
      when: 'before',
    }),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
  },
  {
    title: 'the executor certainly took no start for more than an hour: nothing to restore',
    batch: [{ name: 'a' }],
    before: ({ executor }) => {
      executor.isAway = true;
    },
    expect: { a: { outcome: 'FAILED / ExecutorUnavailable', visited: deployFails, runs: '1.0.0' } },
    ends: failed,
  },
  ...['Lambda.SdkClientException', 'Error'].map(
    (error): Path => ({
      title: `the function dies with its call to the executor (${error}): the run is found, and started once`,
      batch: [{ name: 'a', timeout: 600 }],
      before: once('executor.start', { error: named(error), when: 'after' }),
      expect: {
        a:
          error === 'Error'
            ? { outcome: 'UNKNOWN / TechnicalError', visited: deployFails, starts: '1', runs: '2.0.0' }
            : { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0', transitions: 5 },
      },
      ends: error === 'Error' ? unknown : done,
    }),
  ),
];

export const busyAtEvery = (nth: number): Path => ({
  title: `the table is busy at every ${nth}th call, before or after`,
  batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c' }],
  before: ({ meter }) => {
    let calls = 0;
    meter.fault = ({ name }) => {
      if (name !== 'table.transact') return undefined;
      calls += 1;
      return calls % nth === 0 ? busy(calls % (2 * nth) === 0 ? 'after' : 'before') : undefined;
    };
  },
  expect: Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [name, { outcome: 'SUCCESS / Verified', visited: well, starts: '1' }]),
  ),
  ends: done,
});
