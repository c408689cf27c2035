import { describe, expect, test } from 'vitest';
import { executorWatcher, keys, type Wait } from '../../../lib/domain/record/keys.ts';
import type { LastOutcomeRow } from '../../../lib/domain/record/recorded-release.ts';
import {
  type CaptureRow,
  type EventRow,
  type ItemRow,
  itemOf,
  type Release,
  rowOf,
  type TurnRow,
} from '../../../lib/domain/record/rows.ts';
import type { RunWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { recordOutcome } from '../../../lib/usecases/deployment/record-outcome.ts';
import { aboutToStart } from './about-to-start.ts';

const throttled = { reason: 'ExecutorThrottled', message: '429', until: 1 };

interface Case {
  readonly item?: Partial<ItemRow>;
  readonly watched?: { readonly wait: Wait; readonly account?: string; readonly row: Partial<RunWatchRow> };
  readonly capture?: Partial<CaptureRow>;
  readonly turn?: Partial<TurnRow> | null;
  readonly execution_arn?: string;
  readonly error?: { readonly Error: string };
}

const recorded = async ({ item: more, watched, capture, turn, execution_arn, error }: Case) => {
  const { world, batchId: batch_id, deployment, item, turn: granted } = await aboutToStart();
  const account = watched?.account ?? deployment.executor.account;
  const watch = keys.watch(executorWatcher(account), batch_id, 0, watched?.wait ?? 'deploy-1');
  await world.table.transact([
    { put: itemOf(keys.item(batch_id, 0), { ...item, ...more }) },
    ...(watched ? [{ put: itemOf(watch, watched.row) }] : []),
    ...(capture
      ? [{ put: itemOf(keys.capture(batch_id, 0), { attempt: 1, baseline: { exists: true }, ...capture }) }]
      : []),
    turn === null
      ? { delete: keys.turn(batch_id, 0) }
      : { put: itemOf(keys.turn(batch_id, 0), { ...granted, ...turn }) },
  ]);
  const given = await recordOutcome(world.deps, { batch_id, index: 0, execution_arn, error });
  const row = rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!;
  const { items } = await world.table.query({ pk: 'INBOX', limit: 10 });
  return {
    ...{ given, row, world, batch_id, deployment },
    told: `${row.status} / ${row.reason}: ${row.message}`,
    event: rowOf<EventRow>(await world.table.get(keys.event(batch_id, 0, row.seq)))!,
    messages: items.map(({ message }) => message),
    isWatched: (await world.table.get(watch)) !== undefined,
    hasTurn: (await world.table.get(keys.turn(batch_id, 0))) !== undefined,
    last: rowOf<LastOutcomeRow>(await world.table.get(keys.lastOutcome(deployment.target))),
  };
};

const run = { executor: 'harness:simulated', key: 'k', attempt: 1 };
const deploying = { step: 'deploy', runs: [run] } as const;
const paused = { phase: 'paused', turned_away: throttled } as const;
const old = { executor: { name: 'harness', account: 'harness:old', settings: {} } } as unknown as Release['deployment'];
const previous: Release = { version: '1', deployment: old, origin: 'recorded', at: 0, batch_id: 'x' };
const failure = { reason: 'Sick', message: 'It is sick.', touched: true };

describe('a child that died is recorded', () => {
  test.each<[what: string, Case, told: string, isWatched: boolean]>([
    [
      'before anything started',
      {},
      'FAILED / NotStarted: Nothing was started: its execution ended without an error message.',
      false,
    ],
    [
      'with an unknown run',
      { item: deploying, watched: { wait: 'deploy-1', row: { phase: 'intended' } } },
      'UNKNOWN / TechnicalError: Attempt 1 was left without an answer: its execution ended without an error message.',
      true,
    ],
    [
      'in a pause before its run: the run is dropped',
      { item: deploying, watched: { wait: 'deploy-1', row: paused } },
      'FAILED / ExecutorThrottled: 429. Then the deployment was interrupted: its execution ended without an error message.',
      false,
    ],
    [
      'in a pause before its second run',
      { item: { ...deploying, attempt: 2 }, watched: { wait: 'deploy-2', row: paused } },
      'FAILED / ExecutorThrottled: 429. Then the deployment was interrupted: its execution ended without an error message.',
      false,
    ],
    [
      'after an attempt that failed, no matter what remains of a pause',
      { item: { ...deploying, failure }, watched: { wait: 'deploy-1', row: paused }, error: { Error: 'AttemptEnded' } },
      'FAILED / Sick: It is sick.',
      true,
    ],
    [
      'in a pause before its restore',
      {
        item: { ...deploying, step: 'restore', failure },
        capture: { previous },
        watched: { wait: 'restore', account: 'harness:old', row: paused },
      },
      'FAILED / RestoreFailed: It is sick. The previous release was not restored: 429.',
      false,
    ],
    [
      'in a pause before its restore, where it is unknown what ran before',
      { item: { ...deploying, step: 'restore', failure }, capture: {}, watched: { wait: 'restore', row: paused } },
      'FAILED / RestoreFailed: It is sick. The previous release was not restored: 429.',
      false,
    ],
    [
      'after its restore, no matter what remains of a pause',
      {
        item: {
          ...deploying,
          step: 'restore',
          failure,
          restore: { ok: true, reason: 'RestoredPreviousRelease', message: 'Back.' },
        },
        ...{ capture: { previous }, watched: { wait: 'restore', account: 'harness:old', row: paused } },
      },
      'FAILED / RestoredPreviousRelease: It is sick. Back.',
      true,
    ],
    [
      'during verification, no matter what remains of a pause',
      { item: { ...deploying, step: 'verify' }, watched: { wait: 'deploy-1', row: paused } },
      'UNKNOWN / TechnicalError: Attempt 1 was left without an answer: its execution ended without an error message.',
      true,
    ],
  ])('%s', async (_, one, told, isWatched) => {
    const found = await recorded(one);
    expect([found.given, found.told, found.isWatched]).toEqual([0, told, isWatched]);
  });
});

test('an outcome ends its turn, and the dispatcher hears of it; it has already counted a refusal', async () => {
  const granted = await recorded({});
  const message = { type: 'recorded', batch_id: granted.batch_id, index: 0, status: 'FAILED' };
  expect([granted.hasTurn, granted.messages]).toEqual([false, [message]]);
  const refused = await recorded({
    turn: { state: 'refused', status: 'SKIPPED', reason: 'BatchStopped', message: 'It stops.' },
    item: { step: 'turn' },
  });
  expect([refused.told, refused.hasTurn, refused.messages]).toEqual(['SKIPPED / BatchStopped: It stops.', false, []]);
  expect((await recorded({ turn: null })).messages).toHaveLength(1);
});

test('its event has all that is known', async () => {
  const arn = 'arn:aws:states:eu-central-1:111122223333:execution:Child:x';
  const item = { ...deploying, started_at: 5, failure, touched: true } as const;
  const { event, row } = await recorded({
    item,
    capture: { previous },
    execution_arn: arn,
    error: { Error: 'AttemptEnded' },
  });
  expect(event).toMatchObject({ actor: 'record', to: 'FAILED', reason: 'Sick' });
  expect(event.detail).toEqual({
    ...{ started_at: 5, execution_arn: arn, console: expect.stringContaining(arn), evidence: [], attempts: 1 },
    ...{ runs: [run], release_before: '1', failure: { reason: 'Sick', message: 'It is sick.' } },
  });
  expect([row.step, row.execution_arn, row.outcome?.ended_at]).toEqual(['recorded', arn, row.updated_at]);
});

test.each([
  ['nothing was started', {}, false],
  ['its run was turned away', { ...deploying, failure: { ...failure, touched: false } }, false],
  ['its run has changed something', { ...deploying, failure, touched: true }, true],
] as const)('writes what a failure leaves open where it changed something: %s', async (_, item, isLast) => {
  const { last } = await recorded({ item, error: { Error: 'AttemptEnded' } });
  expect(last !== undefined).toBe(isLast);
});

test('it is written once', async () => {
  const { world, batch_id, row } = await recorded({});
  world.clock.time += 5;
  expect(await recordOutcome(world.deps, { batch_id, index: 0 })).toBe(0);
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))).toEqual(row);
});
