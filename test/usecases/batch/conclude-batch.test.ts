import { describe, expect, test } from 'vitest';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type EventRow, type ItemRow, itemOf, type Outcome, rowOf } from '../../../lib/domain/record/rows.ts';
import { concludeBatch } from '../../../lib/usecases/batch/conclude-batch.ts';
import { finishBatch } from '../../../lib/usecases/batch/finish-batch.ts';
import { changeBatch, makeWorld, planned, readHeader, submitted, type World } from './api-world.ts';

const told = { status: 'SUCCESS', reason: 'Verified', message: 'Well.' } as const;

const record = async (world: World, batchId: string, index: number, status: ItemRow['status'] = 'SUCCESS') => {
  const outcome: Outcome = { ...told, status, evidence: [], warnings: [], attempts: 1, runs: [], ended_at: 1 };
  const change = changeItem(pendingItem(batchId, index, 'k'), { ...told, status, outcome }, { at: 1, actor: 'test' });
  await world.table.transact(change.writes);
};

const begin = (world: World, batchId: string, index: number) =>
  world.table.transact([{ put: itemOf(keys.token(batchId, index, 'turn'), { at: 1 }) }]);

const outcomes = async ({ table }: World, batchId: string): Promise<readonly (string | undefined)[]> => {
  const items = await Promise.all([0, 1, 2].map((index) => table.get(keys.item(batchId, index))));
  return items.map((item) => rowOf<ItemRow>(item)?.outcome?.reason);
};

const error = { Error: 'States.ExceedToleratedFailureThreshold', Cause: 'too many' };
const none = [undefined, undefined, undefined];

interface Case {
  readonly what: string;
  readonly recorded: readonly number[];
  readonly begun?: readonly number[];
  readonly round?: number;
  readonly error?: typeof error;
  readonly next: 'finish' | 'deployments';
  readonly outcomes: readonly (string | undefined)[];
}

const cases: readonly Case[] = [
  { what: 'all have ended', recorded: [0, 1, 2], next: 'finish', outcomes: ['Verified', 'Verified', 'Verified'] },
  {
    what: 'one is missing',
    recorded: [0, 2],
    begun: [1],
    next: 'finish',
    outcomes: ['Verified', 'NotStarted', 'Verified'],
  },
  {
    what: 'one never began, and nothing failed as a whole',
    recorded: [0, 1],
    next: 'finish',
    outcomes: ['Verified', 'Verified', 'NotStarted'],
  },
  {
    what: 'the Map failed, and one never began',
    recorded: [0],
    begun: [1],
    error,
    next: 'deployments',
    outcomes: ['Verified', undefined, undefined],
  },
  { what: 'the Map failed, and none ever began', recorded: [], error, next: 'deployments', outcomes: none },
  {
    what: 'the Map failed, and all had begun',
    recorded: [0],
    begun: [1, 2],
    error,
    next: 'finish',
    outcomes: ['Verified', 'NotStarted', 'NotStarted'],
  },
  {
    what: 'the Map failed, and all had ended',
    recorded: [0, 1, 2],
    error,
    next: 'finish',
    outcomes: ['Verified', 'Verified', 'Verified'],
  },
  {
    what: 'the Map failed a second time',
    recorded: [0],
    error,
    round: 2,
    next: 'finish',
    outcomes: ['Verified', 'NotStarted', 'NotStarted'],
  },
];

describe('a batch is concluded when', () => {
  test.each(cases.map((one) => [one.what, one] as const))(
    '%s',
    async (_, { recorded, begun = [], round = 1, next, ...one }) => {
      const world = makeWorld();
      const { batchId } = await planned(world);
      for (const index of recorded) await record(world, batchId, index);
      for (const index of begun) await begin(world, batchId, index);
      const concluded = await concludeBatch(world.deps, { batch_id: batchId, round, ...(one.error && { error }) });
      expect(concluded).toEqual({ next, count: 3, round: next === 'deployments' ? 2 : round });
      expect(await outcomes(world, batchId)).toEqual(one.outcomes);
      const missing = one.outcomes.indexOf('NotStarted');
      if (missing >= 0) {
        const why = one.error ? `${error.Error}: too many` : 'its execution ended without an error message';
        const row = rowOf<ItemRow>(await world.table.get(keys.item(batchId, missing)));
        expect(row?.message).toBe(`Nothing was started: ${why}.`);
      }
    },
  );

  test('nothing is known of its plan', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    expect(await concludeBatch(world.deps, { batch_id: batchId, round: 1, error })).toEqual({
      next: 'finish',
      count: 0,
      round: 1,
      why: `${error.Error}: too many`,
    });
    expect(await outcomes(world, batchId)).toEqual(none);
  });
});

describe('of a batch without a plan gives as the reason', () => {
  const told = async (wrong: { readonly Error?: string; readonly Cause?: string } | undefined) => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const given = { batch_id: batchId, round: 1, ...(wrong && { error: wrong }) };
    const { why } = await concludeBatch(world.deps, given);
    await finishBatch(world.deps, { batch_id: batchId, why });
    return (await readHeader(world, batchId)).message;
  };
  const thrown = (errorMessage: string) =>
    JSON.stringify({ errorMessage, trace: ['at planBatch (plan-batch.ts:1:1)'] });

  test.each<readonly [string, Parameters<typeof told>[0], string]>([
    ['what the function threw', { Error: 'Error', Cause: thrown('no document x') }, ': Error: no document x'],
    ['that it took too long', { Error: 'States.Timeout' }, ': States.Timeout'],
    [
      'what stopped its execution',
      { Error: 'ExecutionStopped', Cause: 'a bad night' },
      ': somebody stopped its execution in Step Functions (a bad night)',
    ],
    [
      'no secret',
      { Error: 'Error', Cause: thrown('refused: Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345') },
      ': Error: refused: Authorization: Bearer ***',
    ],
    ['no more than fits', { Error: 'Error', Cause: thrown('x'.repeat(5_000)) }, `: Error: ${'x'.repeat(300)}…`],
    ['nothing, where nothing is known', undefined, ''],
  ])('%s', async (_, wrong, why) => {
    expect(await told(wrong)).toBe(`The plan could not be made${why}; nothing was started.`);
  });
});

describe('a batch is sealed', () => {
  const sealed = async (world: World, batchId: string) => {
    const given = await finishBatch(world.deps, { batch_id: batchId });
    const header = await readHeader(world, batchId);
    const event = rowOf<EventRow>(await world.table.get(keys.event(batchId, 'batch', header.seq)))!;
    const { items } = await world.table.query({ pk: 'INBOX', limit: 10 });
    const { status, reason, message, totals, ended_at } = header;
    return {
      ...{ given, status, reason, message, totals, ended_at, actor: event.actor, detail: event.detail },
      messages: items.map((item) => item.message),
      isOpen: (await world.table.get(keys.open(batchId))) !== undefined,
      cells: (await world.table.get(keys.outcomes(batchId)))?.cells,
    };
  };
  const common = (world: World, batchId: string) => ({
    ...{ ended_at: world.clock.now(), actor: 'finish', isOpen: false },
    messages: [{ type: 'finished', batch_id: batchId }],
  });

  test('with the counts of how its deployments ended', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    for (const [index, status] of (['SUCCESS', 'FAILED', 'SUCCESS'] as const).entries())
      await record(world, batchId, index, status);
    const totals = { SUCCESS: 2, FAILED: 1 };
    expect(await sealed(world, batchId)).toEqual({
      ...common(world, batchId),
      ...{
        given: { status: 'FAILED' },
        status: 'FAILED',
        reason: 'DeploymentsFailed',
        totals,
        detail: totals,
        cells: 'SFS',
      },
      message: '3 deployments: 2 succeeded, 1 failed.',
    });
  });

  test('as cancelled, if somebody cancelled it', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    for (const index of [0, 1, 2]) await record(world, batchId, index, 'CANCELLED');
    await changeBatch(world, batchId, {
      status: 'PROCESSING',
      reason: 'CancelRequested',
      message: 'x',
      cancel_requested_at: 1,
    });
    expect((await sealed(world, batchId)).reason).toBe('CancelledByRequest');
  });

  test('as failed, if there is no plan', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    expect(await sealed(world, batchId)).toEqual({
      ...common(world, batchId),
      ...{
        given: { status: 'FAILED' },
        status: 'FAILED',
        reason: 'PlanFailed',
        totals: {},
        detail: {},
        cells: undefined,
      },
      message: 'The plan could not be made; nothing was started.',
    });
  });

  test('not before all deployments have ended', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    await record(world, batchId, 1);
    const call = finishBatch(world.deps, { batch_id: batchId });
    await expect(call).rejects.toMatchObject({
      name: 'StatusConflict',
      message: `1 of 3 deployments of batch ${batchId} have ended`,
    });
    expect((await readHeader(world, batchId)).ended_at).toBeUndefined();
  });
});
