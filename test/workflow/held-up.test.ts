import { expect, test } from 'vitest';
import type { HindranceKind } from '../../lib/domain/deployment/held.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import type { TroubleRow } from '../../lib/domain/record/watch-rows.ts';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { readHealth } from '../../lib/usecases/read-health.ts';
import { eventsOf, expectAllInOrder, itemsOf } from './report.ts';
import type { Script } from './scripted-executor.ts';
import { World } from './world.ts';

/**
 * What holds a deployment up at its executor is shown as long as it lasts: one event at its start, and one at its end.
 */

const away =
  (from: number, seconds: number) =>
  async (world: World): Promise<void> => {
    await world.pass(from);
    world.executor.isAway = true;
    await world.pass(seconds);
    world.executor.isAway = false;
  };

interface Case {
  readonly why: HindranceKind;
  readonly script: Script;
  readonly timeout?: number;
  readonly meanwhile?: (world: World) => Promise<void>;
  readonly shown: object;
  readonly says: RegExp;
  /** From its start on. */
  readonly events: readonly string[];
}

const account = 'harness:simulated';
const troubleOf = async (world: World) => (await readHealth(world.deps)).trouble;

const well = ['RunSucceeded', 'Verified'];

const cases: readonly Case[] = [
  {
    why: 'budget',
    script: { noRoom: 200 },
    shown: { next: 'It is sent when there is room.' },
    says: /^The start waits for room in our request budget for the executor, since 2026-09-30T06:/,
    events: ['HeldUp', 'RunStarted', ...well],
  },
  {
    why: 'throttled',
    script: { throttled: 20 },
    shown: { asked: 'the start', answered: '429' },
    says: /^The executor rejects the start for now, since .* Requested: the start\. Answer: 429\. Flotilla tries again/,
    events: ['HeldUp', 'RunStarted', ...well],
  },
  {
    why: 'unreadable',
    script: { takes: 200 },
    meanwhile: away(20, 100),
    shown: { asked: 'the executor', answered: 'the executor does not answer' },
    says: /^The executor cannot be read, since .* at its deadline the deployment becomes UNKNOWN\.$/,
    events: ['RunStarted', 'HeldUp', 'GoesOn', ...well],
  },
  {
    why: 'start-unanswered',
    script: { start: 'unknown', appears: 100 },
    shown: { asked: 'the start', answered: 'the reply was lost' },
    says: /^It is not known whether the executor accepted the start, since .* It is not sent again/,
    events: ['HeldUp', 'RunStarted', ...well],
  },
  {
    why: 'no-run-yet',
    script: { start: 'accepted', appears: 200 },
    shown: { asked: expect.stringMatching(/^event event-/), answered: 'it has not led to a run yet' },
    says: /^The executor accepted the start, but there is no run yet, since /,
    events: ['HeldUp', 'RunStarted', ...well],
  },
  {
    why: 'abort-unconfirmed',
    script: { takes: 1_000, cancel: 'deaf' },
    timeout: 60,
    shown: { asked: 'the end of the run', answered: '200', url: expect.stringMatching(/^https:\/\/executor\.test\//) },
    says: /^The run is being stopped, since /,
    events: ['RunStarted', 'HeldUp', 'AbortUnconfirmed', 'AbortUnconfirmed'],
  },
  {
    why: 'person',
    script: { takes: 400, asks: { after: 20, for: 300 } },
    shown: { asked: 'the run', answered: 'ApprovalWaiting', url: expect.stringMatching(/^https:\/\/executor\.test\//) },
    says: /^The run waits for a person in the executor, since .*, or is aborted at 2026-10-01T06:00:\d\d\.000Z\.$/,
    events: ['RunStarted', 'WaitingInHarness', 'GoesOn', ...well],
  },
];

test.each(cases)('$why', async ({ why, script, timeout, meanwhile, shown, says, events }) => {
  const world = await World.make();
  world.executor.scripts.set('a', script);
  const batchId = await world.submit([{ name: 'a', ...(timeout === undefined ? {} : { timeout }) }]);
  const begun = world.clock.now();
  void meanwhile?.(world);
  await world.until(async () => (await itemsOf(world, batchId))[0]?.held !== undefined);
  const { deployments } = await listDeployments(world.deps, { batchId, limit: 1 });
  expect(deployments[0]).toMatchObject({
    status: 'PROCESSING',
    message: expect.stringMatching(says),
    waiting_for: [{ kind: 'executor', name: 'harness:simulated', why, ...shown }],
  });
  const { since } = (await itemsOf(world, batchId))[0]!.held!;
  expect(world.clock.now() - since).toBeGreaterThanOrEqual(20_000);
  expect(since).toBeGreaterThanOrEqual(begun);
  await world.settled(batchId);
  expect((await eventsOf(world, batchId, 0)).slice(2)).toEqual(events);
  expect((await itemsOf(world, batchId))[0]!.held).toBeUndefined();
  await expectAllInOrder(world, batchId);
});

test('a shorter problem writes nothing', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { takes: 100 });
  const batchId = await world.submit([{ name: 'a' }]);
  await away(20, 12)(world);
  await world.settled(batchId);
  expect((await eventsOf(world, batchId, 0)).slice(2)).toEqual(['RunStarted', ...well]);
});

test('health and the log show an unreadable account, and when it is readable again', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { takes: 250 });
  const batchId = await world.submit([{ name: 'a', timeout: 600 }]);
  await world.pass(20);
  const at = world.clock.now();
  world.executor.isAway = true;
  await world.pass(12);
  expect([await troubleOf(world), world.told]).toEqual([[], []]);
  await world.pass(28);
  const [trouble] = await troubleOf(world);
  expect(trouble).toMatchObject({ account, asked: 'the executor', answered: 'the executor does not answer' });
  expect(Date.parse(trouble!.since) - at).toBeLessThanOrEqual(12_000);
  await world.pass(100);
  world.executor.isAway = false;
  await world.settled(batchId);
  expect(await troubleOf(world)).toEqual([]);
  expect(world.told).toEqual(['an executor cannot be read', 'an executor can be read again']);
});

test('nobody confirms it any more, so it is no longer shown', async () => {
  const world = await World.make();
  const row = { account, since: world.clock.now(), at: world.clock.now(), asked: 'a list', answered: '502' };
  await world.table.transact([{ put: itemOf(keys.trouble(account), row satisfies TroubleRow) }]);
  expect(await troubleOf(world)).toHaveLength(1);
  await world.pass(180);
  expect(await troubleOf(world)).toEqual([]);
});
