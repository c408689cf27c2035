import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Replay } from '../../../lib/domain/plan/plan.ts';
import type { Table, Write } from '../../../lib/domain/ports.ts';
import { messageIn } from '../../../lib/domain/record/inbox-message.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type AnswerRow, type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import { launchRun } from '../../../lib/usecases/deployment/launch-run.ts';
import { recordOutcome, tellDispatcher } from '../../../lib/usecases/deployment/record-outcome.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';
import { countingExecutor, launchOf } from '../deployment/launching.ts';

/** The first intent of a rollback or a retry holds only while nobody else has changed the target since. */

const bad = { batch_id: 'BAD', index: 4 };
const replayOf = (kind: Replay['kind'], expects: Replay['expects'] = bad): Replay => ({ kind, of: [bad], expects });

interface Scene {
  readonly replay: Replay;
  readonly now?: Partial<TargetRow>;
  readonly item?: Partial<ItemRow>;
  /** Written by somebody else just before the intent is committed. */
  readonly meanwhile?: Partial<TargetRow>;
  /** The first commit of the intent succeeds, and its answer is lost. */
  readonly losesReply?: true;
}

const isIntent = (write: Write): boolean => 'put' in write && write.put.sk.startsWith('ATTEMPT#');

const launched = async ({ replay, now, item, meanwhile, losesReply }: Scene) => {
  const scene = await aboutToStart();
  const { world, batchId, deployment } = scene;
  const rowWith = (more: Partial<TargetRow>): Write => {
    const row = { target: deployment.target, ...bad, state: 'verified', version: '2.0.0', since: 1, ...more };
    return { put: itemOf(keys.targetNow(deployment.target), row) };
  };
  await world.table.transact([
    ...(now === undefined ? [] : [rowWith(now)]),
    { put: itemOf(keys.item(batchId, 0), { ...scene.item, ...item }) },
  ]);
  let left = 1;
  const table: Table = {
    get: (key) => world.table.get(key),
    query: (query) => world.table.query(query),
    synced: () => world.table.synced(),
    transact: async (writes) => {
      const isFirst = writes.some(isIntent) && left-- > 0;
      if (isFirst && meanwhile !== undefined) await world.table.transact([rowWith(meanwhile)]);
      await world.table.transact(writes);
      if (isFirst && losesReply) throw new FlotillaError('TableBusy', 'the answer was lost');
    },
  };
  const { executor, starts } = countingExecutor();
  const deps = { ...world.deps, table, pace: cloudPace, executor: async () => executor };
  const attempt = (item?.runs?.length ?? 0) + 1;
  await launchRun(deps, { ...launchOf(deployment, batchId, attempt), replay });
  return {
    ...{ world, batchId, deployment, starts },
    answer: rowOf<AnswerRow>(await world.table.get(keys.answer(batchId, 0, `deploy-${attempt}`))),
    row: rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))!,
    now: rowOf<TargetRow>(await world.table.get(keys.targetNow(deployment.target))),
  };
};

test.each<[what: string, Scene]>([
  ["its plan's deployment is still there", { replay: replayOf('rollback'), now: {} }],
  ['the reply to its intent is lost', { replay: replayOf('rollback'), now: {}, losesReply: true }],
  [
    'somebody writes the row meanwhile, with the same content',
    { replay: replayOf('retry'), now: {}, meanwhile: { since: 2 } },
  ],
  ['nobody has changed it, and nobody had', { replay: { kind: 'retry', of: [bad] } }],
  [
    'it is tried again: the change there is its own',
    {
      replay: replayOf('rollback'),
      now: { batch_id: '01TEST000001', index: 0, state: 'changing' },
      item: { attempt: 2, runs: [{ executor: 'harness:simulated', key: 'k', attempt: 1 }] },
    },
  ],
])('starts once, where %s', async (_, scene) => {
  const { starts, answer, now, batchId } = await launched(scene);
  expect(starts).toHaveLength(1);
  expect(answer).toBeUndefined();
  expect(now).toMatchObject({ batch_id: batchId, index: 0, state: 'changing' });
});

const right: Partial<TargetRow> = { state: 'adopted', version: '9', since: 2, adopted: { by: 'ada' } };
const theirs: Partial<TargetRow> = { batch_id: 'LATER', index: 1, version: '2.1.0' };

const later = 'deployment 1 of batch LATER has changed shared/login-api in staging';
const byAda = 'ada adopted what runs at shared/login-api in staging';

describe.each<[what: string, Omit<Scene, 'replay'>, says: string]>([
  ['was changed by somebody else before', { now: theirs }, later],
  ['was adopted since', { now: right }, byAda],
  ['is adopted just before the intent is committed', { now: {}, meanwhile: right }, byAda],
  ['is changed by somebody else just before the intent is committed', { now: {}, meanwhile: theirs }, later],
  ['had no row, and somebody has come just before', { meanwhile: theirs }, later],
])('where the target %s', (_, scene, says) => {
  test.each(['rollback', 'retry'] as const)('a %s starts nothing, is SKIPPED, and says who', async (kind) => {
    const expects = 'now' in scene ? bad : undefined;
    const replay: Replay = { kind, of: [bad], ...(expects && { expects }) };
    const { world, batchId, deployment, starts, answer, row, now } = await launched({ ...scene, replay });
    expect(starts).toEqual([]);
    expect(answer).toMatchObject({ error: 'AttemptEnded', reason: 'Superseded' });
    expect(row).toMatchObject({ runs: [], failure: { skipped: true } });
    expect(now).toMatchObject(scene.meanwhile ?? scene.now ?? theirs);
    await recordOutcome(world.deps, { batch_id: batchId, index: 0, error: { Error: 'AttemptEnded' } });
    const { outcome } = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))!;
    expect(outcome).toMatchObject({ status: 'SKIPPED', reason: 'Superseded', runs: [], attempts: 0 });
    expect(outcome?.message).toContain(says);
    expect(await world.table.get(keys.targetNow(deployment.target))).toEqual(now);
    const { put } = tellDispatcher(world.deps, {
      planned: { ...deployment, replay },
      item: row,
      outcome: outcome!,
    }) as {
      put: Parameters<typeof messageIn>[0];
    };
    // In a rollback its dependents go back all the same.
    expect(messageIn(put)).toEqual({
      ...{ type: 'recorded', batch_id: batchId, index: 0, status: 'SKIPPED' },
      ...(kind === 'rollback' ? { passes: true } : {}),
    });
  });
});
