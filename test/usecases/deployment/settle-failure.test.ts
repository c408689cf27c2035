import { describe, expect, test } from 'vitest';
import { notRunAgain } from '../../../lib/domain/deployment/next-step.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { changeItem } from '../../../lib/domain/record/change.ts';
import { keys, type Wait } from '../../../lib/domain/record/keys.ts';
import {
  type AnswerRow,
  type EventRow,
  type Failure,
  type ItemRow,
  type Run,
  rowOf,
} from '../../../lib/domain/record/rows.ts';
import { runPlace } from '../../../lib/usecases/deployment/launch-run.ts';
import { recordOutcome } from '../../../lib/usecases/deployment/record-outcome.ts';
import { restoreFailed, settleFailure } from '../../../lib/usecases/deployment/settle-failure.ts';
import { changeBatch } from '../batch/api-world.ts';
import { aboutToStart } from './about-to-start.ts';

/** A registry's error page, or the answer of an admission webhook, as a pod's status quotes it. */
const page = `502 Bad Gateway ${'<html>…</html> '.repeat(10_000)}`;

test('can write an outcome, no matter how much a cluster says about a failure', async () => {
  const { world, batchId, deployment } = await aboutToStart();
  const evidence = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    kind: 'pod',
    name,
    reason: 'ErrImagePull',
    message: page,
  }));
  await settleFailure(world.deps, {
    place: runPlace({ batch_id: batchId, index: 0 }, 'deploy-1', deployment),
    deployment,
    failure: { reason: 'ImagePullBackOff', message: page, evidence, touched: true },
    actor: 'observer',
  });
  await recordOutcome(world.deps, { batch_id: batchId, index: 0, error: { Error: 'AttemptEnded' } });
  const outcome = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome;
  expect(outcome?.status).toBe('FAILED');
  expect(outcome?.message).toMatch(/^502 Bad Gateway <html>/);
  expect(outcome?.evidence).toHaveLength(5);
});

test('cuts evidence that does not fit from its end', async () => {
  const { world, batchId, deployment } = await aboutToStart();
  const log = Array.from({ length: 20 }, () => '€'.repeat(300));
  const pods = Array.from({ length: 5 }, (_, at) => ({
    ...{ kind: 'pod', name: `p-${at}`, container: 'app', reason: 'CrashLoopBackOff', message: '€'.repeat(2_000), log },
  }));
  const events = Array.from({ length: 20 }, (_, at) => ({
    ...{ kind: 'event', name: `e-${at}`, reason: 'Unhealthy', message: '€'.repeat(2_000) },
  }));
  await settleFailure(world.deps, {
    place: runPlace({ batch_id: batchId, index: 0 }, 'deploy-1', deployment),
    deployment,
    failure: { reason: 'Timeout', message: '€'.repeat(9_000), evidence: [...pods, ...events], touched: true },
    actor: 'observer',
  });
  await recordOutcome(world.deps, { batch_id: batchId, index: 0, error: { Error: 'AttemptEnded' } });
  const evidence = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome?.evidence ?? [];
  const names = [...pods, ...events].map(({ name }) => name);
  expect(evidence.map(({ name }) => name)).toEqual(names.slice(0, evidence.length));
  expect(evidence.length).toBeGreaterThan(5);
  expect(evidence.length).toBeLessThan(25);
  expect(Buffer.byteLength(JSON.stringify(evidence))).toBeLessThan(161_000);
});

test("records a cluster's words as text: no terminal codes, no direction marks, no endless names", async () => {
  const { world, batchId, deployment } = await aboutToStart();
  const said = 'pod \u001b[31mred\u001b[0m\u009b2J\u202e\u2028\u0007\tof\nlines';
  const clean = 'pod red2J\tof\nlines';
  const long = 'n'.repeat(400);
  await settleFailure(world.deps, {
    place: runPlace({ batch_id: batchId, index: 0 }, 'deploy-1', deployment),
    deployment,
    failure: {
      reason: said,
      message: said,
      evidence: [{ kind: 'pod', name: said, container: long, reason: said, message: said }],
      touched: true,
    },
    actor: 'observer',
  });
  const failure = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.failure;
  expect(failure).toMatchObject({ reason: clean, message: clean });
  expect(failure?.evidence).toEqual([
    { kind: 'pod', name: clean, container: `${'n'.repeat(300)}…`, reason: clean, message: clean },
  ]);
});

const run = (attempt: Run['attempt'], more: Partial<Run> = {}): Run => ({
  executor: 'x',
  key: `k-${attempt}`,
  attempt,
  ...more,
});
const evidence = [{ kind: 'pod', name: 'p', reason: 'X', message: 'x' }];

interface Case {
  readonly wait?: Wait;
  readonly failure?: Partial<Failure>;
  readonly item?: Partial<ItemRow>;
  readonly deployment?: Partial<PlannedDeployment>;
  readonly isCancelled?: boolean;
  readonly run?: Partial<Run>;
}

/** The first of two attempts failed. It touched the target and may be tried again. Settled in place of `deploy-1`. */
const settled = async (one: Case) => {
  const { world, batchId, deployment, item } = await aboutToStart();
  const begun = { ...item, step: 'deploy', runs: [run(1)], ...one.item } as const;
  await world.table.transact(changeItem(item, begun, { at: 1, actor: 'test' }).writes);
  if (one.isCancelled)
    await changeBatch(world, batchId, { status: 'PROCESSING', reason: 'x', message: 'x', cancel_requested_at: 1 });
  const place = runPlace({ batch_id: batchId, index: 0 }, one.wait ?? 'deploy-1', deployment);
  await settleFailure(world.deps, {
    place,
    deployment: { ...deployment, retry_count: 1, rollback_strategy: 'automatic', ...one.deployment },
    failure: { reason: 'PipelineFailed', message: 'It failed.', retryable: true, touched: true, ...one.failure },
    actor: 'executor',
    ...(one.run && { run: one.run }),
  });
  const { attempt, failure, reason, message, restore, runs, seq, step, touched } = rowOf<ItemRow>(
    await world.table.get(keys.item(batchId, 0)),
  )!;
  const event = rowOf<EventRow>(await world.table.get(keys.event(batchId, 0, seq)))!;
  const answer = rowOf<AnswerRow>(await world.table.get(keys.answer(batchId, 0, place.wait)));
  const seen = {
    ...{ step, attempt, touched, failure, restore, runs, told: `${reason}: ${message}` },
    ...{ answer: `${answer?.error} ${answer?.reason}: ${answer?.message}`, actor: event.actor, detail: event.detail },
  };
  return { world, batch_id: batchId, seen };
};

const seenOf = async (one: Case) => (await settled(one)).seen;

const failure = { reason: 'PipelineFailed', message: 'It failed.', retryable: true, touched: true };
const told = 'PipelineFailed: It failed.';
const common = { touched: true, failure, restore: undefined, runs: [run(1)], told, actor: 'executor' } as const;
const next = (name: string, attempt = 1) => ({
  answer: `${name} ${told}`,
  detail: { attempt, next: name, evidence: [] },
});

describe('an attempt that failed is followed', () => {
  test.each<[what: string, Case, settled: object]>([
    ['by another, from the start', {}, { ...common, ...next('AttemptRetryable'), step: 'capture', attempt: 2 }],
    [
      'by a restore, when it was the last',
      { deployment: { retry_count: 0 } },
      { ...common, ...next('AttemptFailed'), step: 'deploy', attempt: 1 },
    ],
    [
      'by a restore, when the batch is cancelled',
      { isCancelled: true },
      { ...common, ...next('AttemptFailed'), step: 'deploy', attempt: 1 },
    ],
    [
      'by nothing, when it touched nothing',
      { deployment: { retry_count: 0 }, failure: { touched: false } },
      {
        ...common,
        ...next('AttemptEnded'),
        step: 'deploy',
        attempt: 1,
        failure: { ...failure, touched: false },
        touched: undefined,
      },
    ],
    [
      'by a restore, when an earlier attempt had touched the target',
      { item: { attempt: 2, touched: true, runs: [run(1), run(2)] }, failure: { touched: false } },
      { ...common, ...next('AttemptFailed', 2), step: 'deploy', attempt: 2, runs: [run(1), run(2)] },
    ],
    [
      'by nothing, when it was a job: the previous one would run again',
      { deployment: { retry_count: 0, workload: { kind: 'job', name: 'w', namespace: 'n' } } },
      {
        ...common,
        step: 'deploy',
        attempt: 1,
        failure: { ...failure, message: `It failed. ${notRunAgain}.` },
        told: `${told} ${notRunAgain}.`,
        answer: `AttemptEnded ${told} ${notRunAgain}.`,
        detail: { attempt: 1, next: 'AttemptEnded', evidence: [] },
      },
    ],
    [
      'with what is newly known of its run',
      { item: { attempt: 2, runs: [run(1), run(2)] }, run: { status: 'Failed', url: 'u' } },
      {
        ...common,
        ...next('AttemptFailed', 2),
        step: 'deploy',
        attempt: 2,
        runs: [run(1), run(2, { status: 'Failed', url: 'u' })],
      },
    ],
    [
      'with its evidence',
      { failure: { evidence } },
      {
        ...common,
        ...next('AttemptRetryable'),
        ...{
          step: 'capture',
          attempt: 2,
          failure: { ...failure, evidence },
          detail: { attempt: 1, next: 'AttemptRetryable', evidence },
        },
      },
    ],
  ])('%s', async (_, one, expected) => {
    expect(await seenOf(one)).toEqual(expected);
  });
});

test('a child that dies before the next attempt has the previous failure as its outcome', async () => {
  const { world, batch_id } = await settled({});
  await recordOutcome(world.deps, { batch_id, index: 0, error: { Error: 'ChildEnded', Cause: 'It died.' } });
  const { status, message, outcome } = rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!;
  expect([status, message, outcome?.attempts, outcome?.release_after]).toEqual([
    ...['FAILED', 'It failed. Then the deployment was interrupted: ChildEnded: It died.', 1, undefined],
  ]);
});

describe('a restore that failed', () => {
  const earlier = { reason: 'HealthCheckFailed', message: 'Sick.' };
  const restoring = { item: { step: 'restore', failure: earlier, runs: [run(1), run('restore')] } } as const;

  test.each<[Wait, Partial<Failure>, restore: object]>([
    [
      'restore',
      { evidence },
      { ok: false, reason: 'RestoreFailed', message: 'The previous release was not restored: It failed.' },
    ],
    [
      'verify-restore',
      { evidence },
      { ok: false, reason: 'RestoreFailed', message: 'The previous release was not restored: It failed.' },
    ],
    [
      'restore',
      { evidence, unknown: true },
      {
        ok: false,
        reason: 'RestoreUnknown',
        message: 'The previous release was not restored: It failed.',
        unknown: true,
      },
    ],
  ])('in %s (%o) ends the deployment, and the reason for the restore stays', async (wait, more, restore) => {
    const { reason, message } = restore as { readonly reason: string; readonly message: string };
    expect(await seenOf({ ...restoring, wait, failure: more, run: { status: 'Failed' } })).toEqual({
      ...{
        step: 'restore',
        attempt: 1,
        touched: undefined,
        failure: earlier,
        restore,
        actor: 'executor',
        detail: { evidence },
      },
      runs: [run(1), run('restore', { status: 'Failed' })],
      ...{ told: `${reason}: ${message}`, answer: `AttemptEnded ${reason}: ${message}` },
    });
  });

  test('without evidence gives none', async () => {
    expect((await seenOf({ ...restoring, wait: 'restore' })).detail).toEqual({ evidence: [] });
    expect(restoreFailed({ reason: 'X', message: 'x' })).not.toHaveProperty('unknown');
  });
});

test('a log stays in the row of its deployment; events say how many lines it has', async () => {
  const { world, batchId, deployment } = await aboutToStart();
  const place = runPlace({ batch_id: batchId, index: 0 }, 'deploy-1', deployment);
  const one = { kind: 'pod', name: 'p', container: 'app', reason: 'CrashLoopBackOff', message: 'exit code 1' };
  const failure: Failure = { reason: 'CrashLoopBackOff', message: 'x', evidence: [{ ...one, log: ['a', 'b'] }] };
  await settleFailure(world.deps, { place, deployment, failure, actor: 'observer' });
  await recordOutcome(world.deps, { batch_id: batchId, index: 0, error: { Error: 'AttemptEnded' } });
  const item = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)));
  expect(item?.outcome?.evidence).toEqual([{ ...one, log: ['a', 'b'] }]);
  const { items } = await world.table.query({ pk: keys.event(batchId, 0, 0).pk, limit: 100 });
  const told = items.flatMap((row) => rowOf<EventRow>(row)?.detail?.evidence ?? []);
  expect(told).toEqual([
    { ...one, log_lines: 2 },
    { ...one, log_lines: 2 },
  ]);
});
