import { describe, expect, test } from 'vitest';
import { keys } from '../../lib/domain/record/keys.ts';
import { type HeaderRow, type ItemRow, isSealed, rowOf } from '../../lib/domain/record/rows.ts';
import { all, childrenOf, eventsOf, expectAllInOrder, itemsOf, reportOf } from './report.ts';
import type { Script } from './scripted-executor.ts';
import { World, type WorldOptions } from './world.ts';

/** What people do in the console of Step Functions: they stop executions, and they redrive them. */

type TellsEndsOf = NonNullable<WorldOptions['tellsEndsOf']>;

/** Who notices: the event of each execution, the events of machines alone, or nobody but the sweeper. */
const noticed: readonly TellsEndsOf[] = ['all', 'machines', 'nobody'];

/** When the child of `a` is in a state, and what brings it there. */
interface Stop {
  readonly at: string;
  readonly scripts: Readonly<Record<string, Script>>;
  /** The execution whose history is searched: the child's by default. */
  readonly of?: 'batch';
  /** How often the state was entered before. */
  readonly nth?: number;
  /** The function of the state hangs: it is stopped while that runs. */
  readonly hangs?: string;
  /** The intent is written, or not yet. */
  readonly after?: 'intent';
  readonly a: readonly string[];
  readonly starts: string;
}

const failing = { ends: 'failed' } as const;
const notStarted = ['FAILED / ExecutionStopped'];
const unknown = ['UNKNOWN / ExecutionStopped'];

const stops: readonly Stop[] = [
  { at: 'AwaitTurn', scripts: {}, hangs: 'await-turn', a: notStarted, starts: '' },
  { at: 'Capture', scripts: {}, hangs: 'capture-baseline', a: notStarted, starts: '' },
  { at: 'Deploy', scripts: {}, hangs: 'start-deployment', a: notStarted, starts: '' },
  { at: 'Deploy', scripts: { a: { takes: 300 } }, after: 'intent', a: unknown, starts: '1' },
  { at: 'Verify', scripts: { a: { leaves: 'stuck' } }, a: unknown, starts: '1' },
  {
    at: 'Restore',
    scripts: { a: failing, 'a#restore': { takes: 300 } },
    after: 'intent',
    a: ['UNKNOWN / RestoreUnknown'],
    starts: '1, restore',
  },
  {
    at: 'Record',
    scripts: { a: failing },
    hangs: 'record-outcome',
    a: ['FAILED / RestoredPreviousRelease'],
    starts: '1, restore',
  },
  { at: 'Conclude', scripts: {}, of: 'batch', hangs: 'conclude-batch', a: ['SUCCESS / Verified'], starts: '1' },
  { at: 'Finish', scripts: {}, of: 'batch', hangs: 'finish-batch', a: ['SUCCESS / Verified'], starts: '1' },
];

const minute = 60_000;

const lastEntered = (world: World, arn: string): string | undefined =>
  world.engine
    .history(arn)
    .filter(({ type }) => type.endsWith('StateEntered'))
    .at(-1)?.details?.name as string | undefined;

const header = async (world: World, batchId: string): Promise<HeaderRow> =>
  rowOf<HeaderRow>(await world.table.get(keys.header(batchId)))!;

/**
 * A world where the batch of `a`, and of `b` behind it, is where the row says. It is so old that the sweeper handles
 * everything.
 */
const standing = async (stop: Stop, tellsEndsOf: TellsEndsOf) => {
  const world = await World.make({ tellsEndsOf, random: () => 0.5 });
  for (const [name, script] of Object.entries(stop.scripts)) world.executor.scripts.set(name, script);
  if (stop.scripts.a?.leaves === 'stuck') world.cluster.set('a', '1.0.0', 'good');
  let hanging = stop.hangs;
  world.invokeFault = ({ name, payload }) =>
    name === hanging && ((payload as { index?: number }).index ?? 0) === 0
      ? { error: Object.assign(new Error('busy'), { name: 'Lambda.TooManyRequestsException' }), when: 'before' }
      : undefined;
  const batchId = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
  const batchArn = world.batchArn(batchId);
  let childArn = '';
  await world.until(async () => {
    childArn = (await childrenOf(world, batchId).catch(() => new Map<number, string[]>())).get(0)?.at(-1) ?? '';
    const arn = stop.of === 'batch' ? batchArn : childArn;
    if (arn === '' || lastEntered(world, arn) !== stop.at) return false;
    if (stop.after !== 'intent') return true;
    return world.executor.starts.size === stop.starts.split(', ').length;
  });
  const heal = (): void => {
    hanging = undefined;
  };
  return { world, batchId, batchArn, childArn, heal };
};

/**
 * Within a minute: sealed, every outcome reported, no turn left, no lock except on what is UNKNOWN, nobody waits with a
 * token.
 */
const expectInOrderSoon = async (world: World, batchId: string, since: number): Promise<void> => {
  await world.until(async () => isSealed(await header(world, batchId)), minute);
  await world.until(async () => (await all(world, { pk: 'DISPATCHER', prefix: 'TURN#' })).length === 0, minute);
  expect(world.clock.now() - since).toBeLessThanOrEqual(minute);
};

const waitingOf = async (world: World, batchId: string): Promise<readonly string[]> => {
  const found: string[] = [];
  const arns = [world.batchArn(batchId), ...[...(await childrenOf(world, batchId)).values()].flat()];
  for (const executionArn of arns) {
    const { status } = await world.engine.describeExecution({ executionArn });
    if (status === 'RUNNING') found.push(executionArn);
  }
  return found;
};

const expectNothingTwice = (world: World): void => {
  for (const [key, count] of world.executor.starts) expect(count, `starts of ${key}`).toBe(1);
};

describe.each(noticed)('a batch is stopped, with notice of %s', (tells) => {
  test.each(stops.map((stop) => [`${stop.at}${stop.after ? ' after the intent' : ''}`, stop] as const))(
    'in %s: within a minute it is settled, and the record says why',
    async (_, stop) => {
      const { world, batchId, batchArn, heal } = await standing(stop, tells);
      const since = world.clock.now();
      await world.engine.stopExecution({ executionArn: batchArn, cause: 'wrong window' });
      heal();
      await expectInOrderSoon(world, batchId, since);
      const events = await eventsOf(world, batchId, 'batch');
      expect(events.filter((reason) => reason === 'ExecutionStopped')).toHaveLength(1);
      const { a } = await reportOf(world, batchId);
      expect([a?.outcome, a?.starts]).toEqual([stop.a[0], stop.starts]);
      // The children are aborted with the batch, and nobody gives a reason for each.
      const why = tells === 'all' ? 'somebody stopped its execution' : '(wrong window)';
      if (stop.a[0]!.endsWith('ExecutionStopped')) expect(a?.item.outcome?.message).toContain(why);
      await world.settled(batchId);
      await expectAllInOrder(world, batchId);
    },
  );
});

describe.each(noticed)('a batch is stopped and redriven, with notice of %s', (tells) => {
  test.each(stops.map((stop) => [`${stop.at}${stop.after ? ' after the intent' : ''}`, stop] as const))(
    'in %s, at once: it goes on or ends, nothing starts twice, and nobody waits for ever',
    async (_, stop) => {
      const { world, batchId, batchArn, heal } = await standing(stop, tells);
      const stopping = world.engine.stopExecution({ executionArn: batchArn });
      heal();
      await stopping;
      await world.engine.redriveExecution({ executionArn: batchArn });
      await world.settled(batchId);
      expect(await waitingOf(world, batchId)).toEqual([]);
      expect((await world.engine.describeExecution({ executionArn: batchArn })).status).toBe('SUCCEEDED');
      await expectAllInOrder(world, batchId);
    },
  );

  test.each(stops.map((stop) => [`${stop.at}${stop.after ? ' after the intent' : ''}`, stop] as const))(
    'in %s, when it is sealed: it stays as recorded, and ends at once',
    async (_, stop) => {
      const { world, batchId, batchArn, heal } = await standing(stop, tells);
      await world.engine.stopExecution({ executionArn: batchArn });
      heal();
      await world.settled(batchId);
      await expectAllInOrder(world, batchId);
      const before = { header: await header(world, batchId), items: await itemsOf(world, batchId) };
      const redriven = world.clock.now();
      await world.engine.redriveExecution({ executionArn: batchArn });
      await world.until(async () => (await waitingOf(world, batchId)).length === 0, minute);
      expect(world.clock.now() - redriven).toBeLessThan(minute);
      await world.pass(120);
      expect({ header: await header(world, batchId), items: await itemsOf(world, batchId) }).toEqual(before);
      expectNothingTwice(world);
    },
  );
});

describe.each(noticed)('one deployment is stopped, with notice of %s', (tells) => {
  test.each(
    stops
      // A deployment that was stopped before it asked for its turn has left no trace: see below.
      .filter(({ of, at }) => of !== 'batch' && (at !== 'AwaitTurn' || tells === 'all'))
      .map((stop) => [`${stop.at}${stop.after ? ' after the intent' : ''}`, stop] as const),
  )('in %s: it is recorded within a minute, and its dependents go on or are skipped', async (_, stop) => {
    const { world, batchId, childArn, heal } = await standing(stop, tells);
    const since = world.clock.now();
    await world.engine.stopExecution({ executionArn: childArn });
    heal();
    const outcome = async (): Promise<ItemRow['outcome']> =>
      rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome;
    await world.until(async () => (await outcome()) !== undefined, minute);
    expect(world.clock.now() - since).toBeLessThanOrEqual(minute);
    await world.settled(batchId);
    const { a, b } = await reportOf(world, batchId);
    expect([a?.outcome, a?.starts]).toEqual([stop.a[0], stop.starts]);
    expect(b?.outcome).toBe(`SKIPPED / Dependency${stop.a[0]!.startsWith('UNKNOWN') ? 'Unknown' : 'Failed'}`);
    await expectAllInOrder(world, batchId);
  });
});

test('one deployment is stopped before it asked for its turn, without notice: it is found after a quarter of an hour', async () => {
  const { world, batchId, childArn, heal } = await standing(stops[0]!, 'nobody');
  const since = world.clock.now();
  await world.engine.stopExecution({ executionArn: childArn });
  heal();
  await world.settled(batchId);
  expect((await header(world, batchId)).ended_at! - since).toBeLessThan(17 * minute);
  const { a, b } = await reportOf(world, batchId);
  expect([a?.outcome, b?.outcome]).toEqual(['FAILED / ExecutionEnded', 'SKIPPED / DependencyFailed']);
  expect(a?.item.outcome?.message).toContain('nobody came for its turn');
  await expectAllInOrder(world, batchId);
});

describe.each(['all', 'nobody'] as const)('a watcher is stopped, with notice of %s', (tells) => {
  test('the next one follows what is in flight', async () => {
    const world = await World.make({ tellsEndsOf: tells });
    world.executor.scripts.set('a', { takes: 100 });
    const batchId = await world.submit([{ name: 'a' }]);
    await world.pass(15);
    const since = world.clock.now();
    await world.engine.stopExecution({ executionArn: world.watchArn('executor-harness-simulated-1') });
    const second = { executionArn: world.watchArn('executor-harness-simulated-2') };
    const isThere = () =>
      world.engine.describeExecution(second).then(
        () => true,
        () => false,
      );
    await world.until(isThere, minute);
    expect(world.clock.now() - since).toBeLessThanOrEqual(tells === 'all' ? 0 : minute);
    await world.settled(batchId);
    expect((await reportOf(world, batchId)).a?.outcome).toBe('SUCCESS / Verified');
    await expectAllInOrder(world, batchId);
  });

  test('a watcher redriven beside its successor leaves it alone, and ends', async () => {
    const world = await World.make({ tellsEndsOf: tells });
    world.executor.scripts.set('a', { takes: 300 });
    const batchId = await world.submit([{ name: 'a' }]);
    await world.pass(15);
    const executionArn = world.watchArn('executor-harness-simulated-1');
    await world.engine.stopExecution({ executionArn });
    await world.pass(90);
    await world.engine.redriveExecution({ executionArn });
    await world.pass(30);
    expect((await world.engine.describeExecution({ executionArn })).status).toBe('SUCCEEDED');
    await world.settled(batchId);
    expect((await reportOf(world, batchId)).a).toMatchObject({ outcome: 'SUCCESS / Verified', starts: '1' });
    await expectAllInOrder(world, batchId);
  });
});
