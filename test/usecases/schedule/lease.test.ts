import { expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Item, Table, Write } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, type LockRow, rowOf, type TurnRow } from '../../../lib/domain/record/rows.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { planBatch } from '../../../lib/usecases/plan/plan-batch.ts';
import { dispatchTurns } from '../../../lib/usecases/schedule/dispatch-turns.ts';
import { makeWorld, manyYaml, submitted } from '../batch/api-world.ts';

interface Lease {
  readonly holder: string;
  readonly fence: number;
  readonly until: number;
}

/** A planned batch, whose message waits in the inbox, and the lease as somebody left it. */
const scene = async (lease?: Partial<Lease>, count = 3) => {
  const world = makeWorld();
  const batchId = await submitted(world, manyYaml(count));
  await planBatch(world.deps, { batch_id: batchId, execution_arn: 'arn' });
  const now = world.clock.now();
  if (lease !== undefined) {
    const row = { holder: 'before', fence: 7, until: 0, ...lease };
    await world.table.transact([{ put: itemOf(keys.lease, row) }]);
  }
  const told: string[] = [];
  const workflow = Object.assign(world.workflow, { succeed: async (token: string) => void told.push(token) });
  const deps = { ...world.deps, workflow, pace: cloudPace };
  const taken: Lease[] = [];
  /** Counts who takes the lease. Other changes to the table come after `before`. */
  const watched = (before: (writes: readonly Write[]) => Promise<void> | void = () => {}): Table => ({
    get: (key) => world.table.get(key),
    query: (query) => world.table.query(query),
    synced: () => world.table.synced(),
    transact: async (writes) => {
      await before(writes);
      await world.table.transact(writes);
      const [write] = writes;
      const row = write && 'put' in write && write.put.sk === 'LEASE' ? rowOf<Lease>(write.put) : undefined;
      if (row && row.until > 0) taken.push(row);
    },
  });
  const turns = async () => {
    const items = await Promise.all(
      Array.from({ length: count }, (_, index) => world.table.get(keys.turn(batchId, index))),
    );
    return items.map((item) => rowOf<TurnRow>(item)?.state);
  };
  const left = async () => rowOf<Lease>(await world.table.get(keys.lease));
  return { world, batchId, deps, told, taken, watched, turns, left, now };
};

const life = cloudPace.lease;

test.each<[what: string, lease: Partial<Lease> | undefined, fence: number | undefined]>([
  ['that nobody has had', undefined, 1],
  ['that was given back', { until: 0 }, 8],
  ['that has run out', { until: 1 }, 8],
  ['that runs out now', { until: Number.NaN }, 8],
  ['that holds', { until: Number.POSITIVE_INFINITY }, undefined],
  ['that is its own', { holder: 'one', until: Number.POSITIVE_INFINITY }, 8],
])('a dispatcher asks for a lease %s', async (_, lease, fence) => {
  const at = await scene();
  const until = lease?.until;
  const row =
    lease === undefined
      ? undefined
      : {
          holder: 'before',
          fence: 7,
          ...lease,
          until: until === Number.POSITIVE_INFINITY ? at.now + 1 : Number.isNaN(until) ? at.now : until,
        };
  if (row) await at.world.table.transact([{ put: itemOf(keys.lease, row) }]);
  await dispatchTurns({ ...at.deps, table: at.watched() }, { holder: 'one' });
  expect(at.taken).toEqual(fence === undefined ? [] : [{ holder: 'one', fence, until: at.now + life, ...keys.lease }]);
  const gone = { holder: 'one', fence, until: 0 };
  expect(await at.left()).toMatchObject(fence === undefined ? row! : gone);
  expect(await at.turns()).toEqual(Array(3).fill(fence === undefined ? undefined : 'granted'));
});

test.each([
  [2 * life, 'holds'],
  [2 * life + 1, 'was written by a clock that was set back'],
])('a lease that ends in %i ms %s', async (ends, what) => {
  const at = await scene();
  await at.world.table.transact([{ put: itemOf(keys.lease, { holder: 'before', fence: 7, until: at.now + ends }) }]);
  await dispatchTurns({ ...at.deps, table: at.watched() }, { holder: 'one' });
  expect(at.taken).toHaveLength(what === 'holds' ? 0 : 1);
});

test('exactly one of two that take over an expired lease gets it', async () => {
  const { deps, taken, watched, turns } = await scene({ until: 1 });
  const waiting: (() => void)[] = [];
  const both = (writes: readonly Write[]): Promise<void> | undefined => {
    const [write] = writes;
    if (!(write && 'put' in write && write.put.sk === 'LEASE') || waiting.length === 2) return undefined;
    return new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 2) for (const go of waiting) go();
    });
  };
  const table = watched(both);
  await Promise.all(['one', 'two'].map((holder) => dispatchTurns({ ...deps, table }, { holder })));
  expect(taken).toHaveLength(1);
  expect(await turns()).toEqual(['granted', 'granted', 'granted']);
});

const isDecision = (writes: readonly Write[]): boolean =>
  writes.some((write) => 'put' in write && write.put.sk === 'STATE');

const broken = (name: 'ConditionFailed' | 'TableBusy', index?: number) =>
  new FlotillaError(name, 'as the test wants it', index === undefined ? {} : { index });

test.each<[what: string, error: FlotillaError, waits: readonly number[]]>([
  ['that conflicts for ever', broken('ConditionFailed', 1), []],
  ['for which the table is busy for ever', broken('TableBusy'), Array.from({ length: 20 }, (_, at) => 50 * (at + 1))],
])('gives up a decision %s after twenty times', async (_, error, waits) => {
  const { world, deps, watched, turns, left } = await scene();
  let tries = 0;
  const slept: number[] = [];
  const clock = { now: () => world.clock.now(), sleep: async (milliseconds: number) => void slept.push(milliseconds) };
  const table = watched((writes) => {
    if (!isDecision(writes)) return;
    tries += 1;
    throw error;
  });
  const dispatching = dispatchTurns({ ...deps, clock, table }, { holder: 'one' });
  await expect(dispatching).rejects.toMatchObject({ name: 'TableBusy', message: 'the scheduling state is contested' });
  expect([tries, slept]).toEqual([21, waits]);
  expect([await turns(), (await left())?.until]).toEqual([[undefined, undefined, undefined], 0]);
});

test('makes a decision that conflicts twenty times and then does not', async () => {
  const { deps, watched, turns } = await scene();
  let left = 20;
  const table = watched((writes) => {
    if (!isDecision(writes) || left === 0) return;
    left -= 1;
    throw broken('ConditionFailed', 1);
  });
  await dispatchTurns({ ...deps, table }, { holder: 'one' });
  expect([left, await turns()]).toEqual([0, ['granted', 'granted', 'granted']]);
});

test('decides nothing after it has lost the lease, and leaves the lease to its holder', async () => {
  const { world, deps, watched, turns, left, now } = await scene();
  const other = { holder: 'two', fence: 9, until: now + life };
  const table = watched(async (writes) => {
    if (isDecision(writes)) await world.table.transact([{ put: itemOf(keys.lease, other) }]);
  });
  await dispatchTurns({ ...deps, table }, { holder: 'one' });
  expect([await turns(), await left()]).toEqual([[undefined, undefined, undefined], expect.objectContaining(other)]);
});

test('reports a failure in a decision, and gives the lease back', async () => {
  const { deps, watched, left } = await scene();
  const table = watched((writes) => {
    if (isDecision(writes)) throw new Error('a bug');
  });
  await expect(dispatchTurns({ ...deps, table }, { holder: 'one' })).rejects.toThrow('a bug');
  expect((await left())?.until).toBe(0);
});

test('moves an unreadable message aside, with the time, and reads the others', async () => {
  const { world, deps, turns, now } = await scene();
  await world.table.transact([{ put: itemOf(keys.inbox('0'), { message: { type: 'nonsense' } }) }]);
  await dispatchTurns(deps, { holder: 'one' });
  expect(await world.table.get(keys.rejected('0'))).toEqual({
    ...keys.rejected('0'),
    message: { type: 'nonsense' },
    at: now,
  });
  expect((await world.table.query({ pk: 'INBOX', limit: 10 })).items).toEqual([]);
  expect(await turns()).toEqual(['granted', 'granted', 'granted']);
});

test('a turn is its row, the row of its deployment, its locks and its answer', async () => {
  const { world, batchId, deps, told, now } = await scene({ until: 0 }, 1);
  await world.table.transact([
    { put: itemOf(keys.token(batchId, 0, 'turn'), { execution_arn: 'c', at: 1, 'bound:token': true }) },
  ]);
  await dispatchTurns(deps, { holder: 'one' });
  const message = 'Its turn has come.';
  const of = async (key: Parameters<Table['get']>[0]): Promise<Item | undefined> => world.table.get(key);
  const target = 'e/cluster-eu-1/risk/service-0';
  const locks = ['/cluster:cluster-eu-1/risk/deployment/service-0', target];
  expect(await of(keys.turn(batchId, 0))).toEqual({
    ...keys.turn(batchId, 0),
    ...{ batch_id: batchId, index: 0, key: 'risk/service-0', target, locks, fence: 1, state: 'granted' },
    ...{ reason: 'TurnGranted', message, at: now },
  });
  expect(await of(keys.item(batchId, 0))).toEqual({
    ...keys.item(batchId, 0),
    ...{ batch_id: batchId, index: 0, key: 'risk/service-0', status: 'PROCESSING', reason: 'TurnGranted', message },
    ...{ seq: 1, step: 'capture', attempt: 1, runs: [], started_at: now, updated_at: now },
  });
  for (const name of locks) {
    expect(await of(keys.lock(name))).toEqual({
      ...keys.lock(name),
      ...({ name, batch_id: batchId, index: 0, key: 'risk/service-0', fence: 1, state: 'held' } satisfies LockRow),
    });
  }
  expect(told).toEqual(['token']);
  const events = await world.table.query({ pk: keys.event(batchId, 0, 0).pk, prefix: '00000#', limit: 10 });
  expect(events.items[0]).toMatchObject({ actor: 'dispatcher', detail: { fence: 1 } });
});
