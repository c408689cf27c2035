import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { HealthCheck } from '../../../lib/domain/plan/plan.ts';
import type { Cluster, HealthAnswer, WorkloadView } from '../../../lib/domain/ports.ts';
import { clusterWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { type AnswerRow, type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RolloutWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { judgeOnce, noteUnreachable } from '../../../lib/usecases/rollout/judge-once.ts';
import type { RolloutMemory } from '../../../lib/usecases/rollout/rollout-memory.ts';
import { unready, viewOf, waitingFor } from '../../domain/rollout/objects.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';

const away = new FlotillaError('ClusterUnavailable', 'the cluster is down');
const check: HealthCheck = { enabled: true, path: '/ready', timeout: 20 };
const good = viewOf({ image: 'reg/app:3.0.2' });
const notReady = viewOf({ image: 'reg/app:3.0.2', replicas: 1, status: { readyReplicas: 0, availableReplicas: 0 } });
const crashing = (status: JsonObject): WorkloadView =>
  viewOf({ image: 'reg/app:3.0.2', replicas: 1, status: { readyReplicas: 0 }, podStatus: unready(status) });
const looping = crashing({ restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } });
const misnamed = crashing(waitingFor('InvalidImageName'));

interface Setting {
  readonly wait?: RolloutWatchRow['wait'];
  readonly health?: HealthCheck;
  readonly row?: Partial<RolloutWatchRow>;
  readonly hasRestoreRun?: true;
  readonly logs?: readonly string[] | Error;
  readonly probes?: readonly (HealthAnswer | Error)[];
}

const timeout = 900_000;

/** A rollout under watch, of version 3.0.2, or of 3.0.1 that is restored. */
const watched = async ({ wait = 'verify-1', health, row: more, hasRestoreRun, logs = [], probes = [] }: Setting) => {
  const { world, batchId: batch_id, deployment: planned, item } = await aboutToStart();
  const start = world.clock.now();
  const deployment = { ...planned, ...(health ? { health_check: health } : { health_check: { enabled: false } }) };
  const row: RolloutWatchRow = {
    ...{ batch_id, index: 0, wait, deployment, baseline: { exists: false }, at: start, deadline: start + timeout },
    expected: { version: '3.0.2', artifactType: 'docker' },
    ...more,
  };
  const key = keys.watch(clusterWatcher(deployment.cluster), batch_id, 0, wait);
  const runs = [
    { executor: 'x', key: 'k', attempt: 1 },
    ...(hasRestoreRun ? [{ executor: 'x', key: 'r', attempt: 'restore' as const }] : []),
  ];
  const known: ItemRow = { ...item, step: 'verify', deadline: row.deadline, runs };
  await world.table.transact([{ put: itemOf(key, row) }, { put: itemOf(keys.item(batch_id, 0), known) }]);
  const asked: unknown[] = [];
  const left = [...probes];
  const cluster: Cluster = {
    address: 'https://cluster#ca',
    identify: () => Promise.reject(new Error('it is known')),
    read: () => Promise.reject(new Error('the views are given')),
    logs: async (...what) => {
      asked.push(what);
      if (logs instanceof Error) throw logs;
      return logs;
    },
    deletePod: async (...what) => {
      asked.push(what);
      return { kind: 'deleted' };
    },
    probe: async (request) => {
      asked.push(request.path);
      const answer = left.shift();
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('nobody was to ask');
      return answer;
    },
  };
  const memory: RolloutMemory = {};
  const read = async () => ({
    item: rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!,
    answer: rowOf<AnswerRow>(await world.table.get(keys.answer(batch_id, 0, wait))),
    isWatched: (await world.table.get(key)) !== undefined,
  });
  const look = (view: WorkloadView) => judgeOnce(world.deps, { row, cluster, view, memory });
  return { world, row, memory, asked, read, look, deadline: row.deadline };
};

const told = ({ item, answer, isWatched }: Awaited<ReturnType<Awaited<ReturnType<typeof watched>>['read']>>): string =>
  isWatched ? 'goes on' : `${item.status}, ${answer?.error ?? 'good'}, ${item.reason}: ${item.message}`;

describe('a verdict', () => {
  test('that is good is the outcome, with what was seen', async () => {
    const { look, read } = await watched({});
    await look(viewOf({ image: 'reg/app:3.0.2', spec: { paused: true } }));
    const { item, answer } = await read();
    expect([item.status, item.verified, item.image]).toEqual(['SUCCESS', true, 'reg/app:3.0.2']);
    expect(item.warnings).toEqual(['the deployment is paused: the next change will not roll out']);
    expect(item.message).toBe('2 of 2 replicas are ready with reg/app:3.0.2.');
    expect(answer).toMatchObject({ reason: 'RolledOut', message: item.message });
  });

  test.each<[what: string, steady_seconds: number, told: string]>([
    ['and has not lasted long enough', 11, 'goes on'],
    ['and is', 10, 'SUCCESS, good, Verified: 1 of 1 replicas are ready with reg/app:3.0.2.'],
  ])('is about a container that has run for 10 s %s', async (_, steady_seconds, outcome) => {
    const { look, read, row, world } = await watched({});
    Object.assign(row, { deployment: { ...row.deployment, rollout: { steady_seconds } } });
    const startedAt = new Date(world.clock.now() - 10_000).toISOString();
    const containerStatuses = [{ name: 'app', ready: true, restartCount: 0, state: { running: { startedAt } } }];
    const podStatus = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses };
    await look(viewOf({ image: 'reg/app:3.0.2', replicas: 1, podStatus }));
    expect(told(await read())).toBe(outcome);
  });

  test('that is good says by which digest it runs, and keeps it', async () => {
    const digest = `sha256:${'1b'.repeat(32)}`;
    const podStatus = {
      ...{ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      containerStatuses: [{ name: 'app', ready: true, imageID: `reg/app@${digest}`, state: { running: {} } }],
    };
    const { look, read, world, row } = await watched({});
    await look(viewOf({ image: 'reg/app:3.0.2', podStatus }));
    const { item } = await read();
    expect(item.message).toBe(`2 of 2 replicas are ready with reg/app:3.0.2, by digest ${digest}.`);
    expect([item.digest, item.outcome?.digest]).toEqual([digest, digest]);
    expect(await world.table.get(keys.goodRelease(row.deployment.target))).toMatchObject({ digest });
  });

  test('that is good without an image names no image', async () => {
    const containers = [
      { name: 'a', image: 'reg/a:3.0.2' },
      { name: 'b', image: 'reg/b:1' },
    ];
    const { look, read } = await watched({});
    await look(viewOf({ containers }));
    const { item } = await read();
    expect([item.status, item.warnings]).toEqual(['SUCCESS', []]);
    expect(item).not.toHaveProperty('image');
  });

  test.each<[what: string, Setting, view: WorkloadView, restore: string]>([
    [
      'by a run',
      { hasRestoreRun: true },
      good,
      'Version 3.0.2 was restored and verified: 2 of 2 replicas are ready with reg/app:3.0.2.',
    ],
    [
      'by a run that changed nothing',
      { hasRestoreRun: true, row: { baseline: { exists: true, uid: 'd1', revision: '2/hash2' } } },
      good,
      'Version 3.0.2 is in place and verified: 2 of 2 replicas are ready with reg/app:3.0.2, of the same revision as before.',
    ],
    [
      'without one',
      {},
      good,
      'Nothing had to be restored. The previous release, version 3.0.2, ran again and was verified: 2 of 2 replicas are ready with reg/app:3.0.2.',
    ],
    [
      'without a previous image, because nothing was ever replaced',
      { row: { untouched: true } },
      good,
      'Nothing had to be restored. The previous release, version 3.0.2, still ran and was verified: 2 of 2 replicas are ready with reg/app:3.0.2.',
    ],
  ])('that is good for what was restored %s', async (_, setting, view, message) => {
    const { look, read } = await watched({ wait: 'verify-restore', ...setting });
    await look(view);
    const { item, answer } = await read();
    expect(item.restore).toEqual({ ok: true, reason: 'RestoredPreviousRelease', message });
    expect([item.status, answer?.error, item.outcome]).toEqual(['PROCESSING', undefined, undefined]);
  });

  const failing =
    'PROCESSING, AttemptFailed, CrashLoopBackOff: pod app-hash2-0, container app: CrashLoopBackOff: 3 restarts';

  test.each<[what: string, logs: readonly string[] | Error, log: readonly string[] | undefined]>([
    ['with the last lines of the log', ['one', 'two'], ['one', 'two']],
    ['with readable lines', ['\u001b[31mred\u001b[0m\u0007', 'x'.repeat(301)], ['red', `${'x'.repeat(300)}…`]],
    ['without lines, when there are none', [], undefined],
    ['without lines, when the cluster does not give them', away, undefined],
  ])('that is bad is a failure, %s', async (_, logs, log) => {
    const { look, read, asked } = await watched({ logs });
    await look(looping);
    const { item, ...rest } = await read();
    expect(told({ item, ...rest })).toBe(failing.replace('AttemptFailed', String(rest.answer?.error)));
    expect(item.failure).toEqual({
      ...{ reason: item.reason, message: item.message, retryable: false, touched: true },
      evidence: [
        {
          ...{ kind: 'pod', name: 'app-hash2-0', container: 'app', reason: 'CrashLoopBackOff' },
          message: '3 restarts',
          ...(log && { log }),
        },
      ],
    });
    expect(asked).toEqual([['shared', 'app-hash2-0', 'app', 20]]);
  });

  test('that is bad for a restore says why, and what to do', async () => {
    const { look, read } = await watched({ wait: 'verify-restore', hasRestoreRun: true });
    await look(looping);
    const { reason, message } = (await read()).item.restore!;
    expect(reason).toBe('RestoreFailed');
    expect(message).toMatch(
      /^The previous release was not restored: CrashLoopBackOff: pod app-.*\. Check the log of the /,
    );
  });

  test('that is bad for a service that never ran asks for no log', async () => {
    const { look, read, asked } = await watched({});
    await look(misnamed);
    const { item } = await read();
    expect([item.failure?.reason, item.failure?.evidence?.[0]]).toEqual([
      'InvalidImageName',
      expect.not.objectContaining({ log: expect.anything() }),
    ]);
    expect(asked).toEqual([]);
  });

  test('cannot be given when reading the logs fails otherwise', async () => {
    const { look, read } = await watched({ logs: new Error('a bug') });
    await expect(look(looping)).rejects.toThrow('a bug');
    expect((await read()).isWatched).toBe(true);
  });

  test.each([
    ['once, where the service wants that', { unblock: true } as const, 'reg/app:3.0.2', [['shared', 'db-0', 'p0']]],
    ['not where it is not', { steady_seconds: 1 }, 'reg/app:3.0.2', []],
    ['not before the new version is there', { unblock: true } as const, 'reg/app:1', []],
  ])('that waits for a broken pod of an older revision deletes it %s', async (_, rollout, image, deleted) => {
    const { look, read, row, asked } = await watched({
      row: { baseline: { exists: true, uid: 's1', revision: 'a', image: 'reg/app:1' } },
    });
    const workload = { ...row.deployment.workload, kind: 'statefulset' as const };
    Object.assign(row, { deployment: { ...row.deployment, workload, rollout } });
    const pod = {
      metadata: { name: 'db-0', uid: 'p0', labels: { 'controller-revision-hash': 'a' } },
      status: { containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ImagePullBackOff' } } }] },
    };
    const set = {
      metadata: { name: 'db', uid: 's1', generation: 2 },
      spec: { replicas: 1, template: { spec: { containers: [{ name: 'app', image }] } } },
      status: { observedGeneration: 2, replicas: 1, currentRevision: 'a', updateRevision: 'b' },
    };
    for (const _ of [1, 2]) await look({ workload: set, revisions: [], pods: [pod] });
    expect([asked, (await read()).isWatched]).toEqual([deleted, true]);
  });

  test('that a Job is complete keeps how soon it removes itself, even when it is gone by then', async () => {
    for (const isGone of [false, true]) {
      const { look, read, row } = await watched({});
      const workload = { ...row.deployment.workload, kind: 'job' as const };
      Object.assign(row, { deployment: { ...row.deployment, workload } });
      const template = { spec: { containers: [{ name: 'app', image: 'reg/app:3.0.2' }] } };
      const spec = { ttlSecondsAfterFinished: 5, template };
      const conditions = isGone ? [] : [{ type: 'Complete', status: 'True' }];
      const status = { succeeded: 1, conditions };
      await look({ workload: { metadata: { uid: 'j1' }, spec, status }, revisions: [], pods: [] });
      if (isGone) await look({ revisions: [], pods: [] });
      const { item } = await read();
      expect([item.status, item.ttl_seconds]).toEqual(['SUCCESS', 5]);
    }
  });

  test('that can no longer be given is UNKNOWN', async () => {
    const { look, read, row, world } = await watched({});
    const workload = { ...row.deployment.workload, kind: 'job' as const };
    Object.assign(row, { deployment: { ...row.deployment, workload, rollback_strategy: 'automatic' } });
    const spec = { template: { spec: { containers: [{ name: 'app', image: 'reg/app:3.0.2' }] } } };
    await look({ workload: { metadata: { uid: 'j1' }, spec, status: { active: 1 } }, revisions: [], pods: [] });
    for (const _ of [1, 2]) {
      await look({ revisions: [], pods: [] });
      world.clock.time += 10_000;
    }
    const { item, answer, isWatched } = await read();
    expect([isWatched, answer?.error, item.failure?.reason, item.failure?.unknown]).toEqual([
      ...[false, 'AttemptEnded', 'JobGone', true],
    ]);
  });

  test('that another attempt may fix says so', async () => {
    const { look, read } = await watched({});
    await look(
      viewOf({
        image: 'reg/app:3.0.2',
        status: { readyReplicas: 0, conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }] },
      }),
    );
    expect((await read()).item.failure).toMatchObject({ reason: 'ProgressDeadlineExceeded', retryable: true });
  });

  test.each([
    ['ours, and then theirs', [notReady, viewOf({ image: 'reg/app:9' })], 'Superseded'],
    ['theirs alone', [viewOf({ image: 'reg/app:9' })], 'Superseded'],
    ['the version, of another repository', [viewOf({ image: 'other/app:3.0.2' })], 'RepositoryChanged'],
  ])('that is %s leaves it alone, and says what runs', async (_, views, reason) => {
    const { look, read } = await watched({
      row: { baseline: { exists: true, uid: 'd1', revision: '1/a', image: 'reg/app:1' } },
    });
    for (const view of views) await look(view);
    const running = reason === 'Superseded' ? '9' : '3.0.2';
    const { item } = await read();
    expect(item.failure).toMatchObject({ reason, superseded: true, running });
    expect(item.failure?.message).toContain('It was left unchanged. Find out who set it');
  });
});

describe('a health check', () => {
  const sick: HealthAnswer = { status: 503, message: 'sick' };
  const well: HealthAnswer = { status: 200, message: 'well' };

  test('is asked when the rollout is complete and the check is due; a good answer is the verdict', async () => {
    const patient = { ...check, timeout: 600 };
    const { world, look, read, asked, memory } = await watched({ health: patient, probes: [sick, away, well] });
    await look(notReady);
    expect(asked).toEqual([]);
    await look(good);
    expect(memory.last).toMatchObject({ reason: 'HealthCheckPending' });
    world.clock.time += 749;
    await look(good);
    expect(asked).toEqual(['/ready']);
    world.clock.time += 1;
    await look(good);
    world.clock.time += 60_000;
    await look(good);
    expect(asked).toEqual(['/ready', '/ready', '/ready']);
    expect(told(await read())).toBe(
      'SUCCESS, good, Verified: 2 of 2 replicas are ready with reg/app:3.0.2. Health: check 3 answered 200.',
    );
  });

  test('that fails to the end of its time is a failure that another attempt may fix', async () => {
    const { world, look, read } = await watched({ health: { ...check, keep_answer: true }, probes: [sick, sick] });
    await look(good);
    world.clock.time += 20_000;
    await look(good);
    const { item } = await read();
    expect(item.failure).toMatchObject({ reason: 'HealthUnexpectedStatus', retryable: true, touched: true });
    expect(item.failure?.evidence).toEqual([
      expect.objectContaining({ kind: 'health', reason: 'HealthUnexpectedStatus', message: '503 sick' }),
    ]);
  });

  test("that cannot be asked gives the cluster's message", async () => {
    const { look, memory } = await watched({ health: check, probes: [away] });
    await look(good);
    expect(memory.last?.message).toContain('the cluster is down');
  });

  test('that fails in another way is reported', async () => {
    const { look } = await watched({ health: check, probes: [new Error('a bug')] });
    await expect(look(good)).rejects.toThrow('a bug');
  });
});

describe('at the end of the time', () => {
  test('a rollout goes on to the last moment', async () => {
    const { world, look, read, deadline } = await watched({});
    world.clock.time = deadline;
    await look(notReady);
    expect(told(await read())).toBe('goes on');
  });

  test('the last thing seen is reported, with its logs', async () => {
    const { world, look, read, deadline, asked } = await watched({ logs: ['starting'] });
    world.clock.time = deadline + 1;
    await look(crashing({ state: { running: {} } }));
    const { item } = await read();
    expect(item.failure).toEqual({
      ...{ reason: 'Timeout', retryable: true, touched: true },
      message:
        'The rollout was not healthy when its timeout ended. Last seen: ReplicasNotReady: 0 of 1 replicas are ready. ' +
        'Check the log, the readiness probe and the events of the pods that are not ready.',
      evidence: [
        {
          ...{ kind: 'pod', name: 'app-hash2-0', container: 'app', reason: 'NotReady' },
          ...{ message: 'the container is running and not ready', log: ['starting'] },
        },
      ],
    });
    expect(asked).toHaveLength(1);
  });

  test('a health check that is no longer due was the last thing seen', async () => {
    const probes = [{ status: 503, message: 'sick' }];
    const { world, look, read, deadline } = await watched({ health: { ...check, timeout: 3_600 }, probes });
    world.clock.time = deadline - 100;
    await look(good);
    world.clock.time = deadline + 1;
    await look(notReady);
    expect((await read()).item.message).toBe(
      'The rollout was not healthy when its timeout ended. Last seen: ReplicasNotReady: 0 of 1 replicas are ready. Check the log, the readiness probe and the events of the pods that are not ready.',
    );
  });

  test('a cluster that could not be asked leaves it UNKNOWN', async () => {
    const { world, row, memory, read, deadline } = await watched({});
    const note = () => noteUnreachable(world.deps, { row, memory, cause: 'no route' });
    world.clock.time = deadline;
    await note();
    expect([told(await read()), memory.last]).toEqual([
      'goes on',
      { reason: 'ClusterUnavailable', message: 'no route' },
    ]);
    world.clock.time += 1;
    await note();
    const message = 'The executor is done, but the cluster did not answer until the timeout ended: no route';
    const { item } = await read();
    expect(item.failure).toEqual({ reason: 'ClusterUnavailable', message, unknown: true, touched: true });
  });
});
