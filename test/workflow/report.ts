import { expect } from 'vitest';
import { isTerminal } from '../../lib/domain/deployment/status.ts';
import type { PlannedDeployment } from '../../lib/domain/plan/plan.ts';
import type { Item } from '../../lib/domain/ports.ts';
import { parts } from '../../lib/domain/record/actor.ts';
import { parseAnchor } from '../../lib/domain/record/anchor.ts';
import { checkAnchors } from '../../lib/domain/record/check-anchors.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { type EventRow, type ItemRow, type LockRow, type Outcome, rowOf } from '../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { readPlanned } from '../../lib/usecases/plan/plan-store.ts';
import { everyItem } from '../../lib/usecases/schedule/schedule-store.ts';
import type { World } from './world.ts';

/** What happened to one deployment. */
export interface Told {
  /** States that its child entered, in order. The second round's child follows after `|`. */
  readonly visited: string;
  /** `STATUS / Reason`. */
  readonly outcome: string;
  /** Calls of `executor.start`, by attempt, for example `1, 2, restore`. */
  readonly starts: string;
  readonly transitions: readonly number[];
  readonly item: ItemRow;
  readonly arns: readonly string[];
}

const visitedBy = (world: World, arn: string): readonly string[] =>
  world.engine
    .history(arn)
    .filter(({ type }) => type.endsWith('StateEntered'))
    .map(({ details }) => String(details?.name));

/** The children of a batch, by index. The first round's come first. */
export const childrenOf = async (world: World, batchId: string): Promise<Map<number, string[]>> => {
  const children = new Map<number, string[]>();
  const runs = world.engine.history(world.batchArn(batchId)).filter(({ type }) => type === 'MapRunStarted');
  for (const { details } of runs) {
    const { executions } = await world.engine.listExecutions({ mapRunArn: String(details?.mapRunArn) });
    for (const { executionArn } of executions) {
      const { input } = await world.engine.describeExecution({ executionArn });
      const { index } = JSON.parse(input) as { index: number };
      children.set(index, [...(children.get(index) ?? []), executionArn]);
    }
  }
  return children;
};

export const all = async (world: World, query: { pk: string; prefix?: string }): Promise<Item[]> => {
  const items: Item[] = [];
  for await (const item of everyItem(world.table, query)) items.push(item);
  return items;
};

export const itemsOf = async (world: World, batchId: string): Promise<ItemRow[]> =>
  (await all(world, { pk: `BATCH#${batchId}`, prefix: 'ITEM#' })).map((item) => rowOf<ItemRow>(item)!);

/** By service. */
export const reportOf = async (world: World, batchId: string): Promise<Record<string, Told>> => {
  const children = await childrenOf(world, batchId);
  const told: Record<string, Told> = {};
  for (const item of await itemsOf(world, batchId)) {
    const arns = children.get(item.index) ?? [];
    const starts = [...world.executor.starts.keys()]
      .filter((key) => key.startsWith(`${batchId}-${item.index}-`))
      .map((key) => key.slice(key.lastIndexOf('-') + 1));
    told[item.key.split('/')[1]!] = {
      visited: arns.map((arn) => visitedBy(world, arn).join(' ')).join(' | '),
      outcome: `${item.outcome?.status} / ${item.outcome?.reason}`,
      starts: starts.join(', '),
      transitions: arns.map((arn) => world.engine.transitions(arn)),
      item,
      arns,
    };
  }
  return told;
};

/** The events of a deployment, or of the batch itself, in the order they were made. */
export const eventsOf = async (world: World, batchId: string, index: number | 'batch'): Promise<string[]> => {
  const sk = keys.event(batchId, index, 0).sk.split('#')[0]!;
  return (await all(world, { pk: `EVENTS#${batchId}`, prefix: `${sk}#` })).map((item) => rowOf<EventRow>(item)!.reason);
};

/**
 * What a child recorded has its name, so that people find it in the console. A killed child may have recorded nothing.
 */
const expectChildrenNamed = async (world: World, batchId: string, items: readonly ItemRow[]): Promise<void> => {
  const children = await childrenOf(world, batchId);
  const nameless = items.filter(({ index, execution_arn }) => {
    const arns = children.get(index) ?? [];
    const hasRecorded = (arn: string): boolean => ['Record', 'Verify'].includes(visitedBy(world, arn).at(-1) ?? '');
    return execution_arn === undefined ? arns.some(hasRecorded) : !arns.includes(execution_arn);
  });
  expect(nameless, 'outcomes name their child').toEqual([]);
};

/** What must hold for every batch once it is over, no matter what went wrong on the way. */
export const expectAllInOrder = async (world: World, batchId: string): Promise<void> => {
  const header = await world.header(batchId);
  expect(header.ended_at, 'sealed').toBeDefined();
  const items = await itemsOf(world, batchId);
  await expectTotals(world, batchId, items);
  await expectNothingLeft(world, batchId, items);
  await expectChildrenNamed(world, batchId, items);
  await expectFeed(world, batchId);
  await expectNow(world, items);
  for (const [key, count] of world.executor.starts) expect(count, `starts of ${key}`).toBe(1);
};

const expectTotals = async (world: World, batchId: string, items: readonly ItemRow[]): Promise<void> => {
  const { totals, total, plan_hash } = await world.header(batchId);
  const counted: Record<string, number> = {};
  for (const { status, outcome } of items) {
    expect(outcome?.status).toBe(status);
    expect(isTerminal(status), status).toBe(true);
    counted[status] = (counted[status] ?? 0) + 1;
  }
  expect(totals).toEqual(counted);
  if (plan_hash !== undefined) expect(items.length).toBe(total);
  const rows = await all(world, { pk: `EVENTS#${batchId}` });
  for (const { index } of items) {
    const events = rows.map((row) => rowOf<EventRow>(row)!).filter((event) => event.index === index);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    const ends = events.filter(({ to, actor }) => isTerminal(to) && actor !== 'ada');
    expect(ends.length, `ends of ${index}`).toBe(1);
  }
};

const expectNothingLeft = async (world: World, batchId: string, items: readonly ItemRow[]): Promise<void> => {
  expect(await all(world, { pk: 'INBOX' })).toEqual([]);
  expect(await all(world, { pk: 'OPEN' })).toEqual([]);
  expect(await all(world, { pk: 'DISPATCHER', prefix: 'TURN#' })).toEqual([]);
  expect(await all(world, { pk: 'DISPATCHER', prefix: `BATCH#${batchId}` })).toEqual([]);
  for (const watcher of ['executor:harness:simulated', 'executor:kubernetes:cluster-eu-1', 'cluster:cluster-eu-1']) {
    expect(await all(world, { pk: `WATCH#${watcher}` })).toEqual([]);
  }
  const locks = (await all(world, { pk: 'DISPATCHER', prefix: 'LOCK#' })).map((item) => rowOf<LockRow>(item)!);
  const held = locks.filter((lock) => lock.batch_id === batchId).map(({ index, state }) => `${index} ${state}`);
  // Of its object and of its target.
  const unknown = items
    .filter(({ status }) => status === 'UNKNOWN')
    .flatMap(({ index }) => [`${index} unknown`, `${index} unknown`]);
  expect(held.sort()).toEqual(unknown.sort());
};

/**
 * Any process that may have changed a target last says what runs there, and none that has certainly changed nothing.
 */
const expectNow = async (world: World, items: readonly ItemRow[]): Promise<void> => {
  for (const { batch_id, index, key, runs, touched, outcome } of items) {
    const { target } = await readPlanned(world.deps, batch_id, index);
    const row = rowOf<TargetRow>(await world.table.get(keys.targetNow(target)));
    if (row !== undefined && row.batch_id > batch_id) continue;
    const isOurs = row?.batch_id === batch_id && row.index === index;
    const mayHaveChanged =
      runs.length > 0 && (touched === true || outcome?.resolved_by !== undefined || outcome?.status === 'UNKNOWN');
    expect(isOurs, `NOW of ${key} is of this deployment`).toBe(outcome?.status === 'SUCCESS' || mayHaveChanged);
    expect(row?.state, `NOW of ${key}`).not.toBe('changing');
    if (!isOurs) continue;
    const { action } = await readPlanned(world.deps, batch_id, index);
    expect(row.state, `NOW of ${key}`).toBe(stateAfter(outcome!, action));
    const { status, release_after } = outcome!;
    if (status === 'SUCCESS' || release_after !== undefined) expect(row.version).toBe(release_after);
  }
};

const stateAfter = ({ status, reason }: Outcome, action: PlannedDeployment['action']): TargetRow['state'] => {
  if (status === 'SUCCESS') return action === 'delete' ? 'deleted' : 'verified';
  if (status === 'UNKNOWN') return 'unknown';
  return reason === 'RestoredPreviousRelease' ? 'restored' : 'failed';
};

const expectFeed = async (world: World, batchId: string): Promise<void> => {
  const events = await all(world, { pk: `EVENTS#${batchId}` });
  const feed = (await all(world, { pk: `FEED#${batchId}` })).filter(({ sk }) => sk !== 'HEAD');
  expect(feed.map(({ number }) => number)).toEqual(feed.map((_, at) => at + 1));
  const nameOf = ({ index, seq }: Item): string => `${index ?? 'batch'} ${seq}`;
  expect(feed.map(nameOf).sort()).toEqual(events.map(nameOf).sort());
  const numbers = new Set(world.published.filter(({ id }) => id.startsWith(`${batchId}/`)).map(({ id }) => id));
  expect(numbers.size).toBe(feed.length);
  for (const { actor } of feed) expect([...parts, 'ada']).toContain(actor);
  expectAnchored(world, batchId, feed.at(-1)!);
};

/** Each end of the feed is published outside once, and all of it is one chain. */
const expectAnchored = (world: World, batchId: string, last: Item): void => {
  const anchors = [...world.anchors.texts.values()].map((text) => parseAnchor(text)!);
  expect(checkAnchors(anchors)).toEqual([]);
  const ends = anchors.filter(({ batch_id }) => batch_id === batchId);
  expect(ends.at(-1)).toMatchObject({ number: last.number, hash: last.hash });
  expect(new Set(ends.map(({ number }) => number)).size).toBe(ends.length);
};
