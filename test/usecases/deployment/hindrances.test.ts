import { expect, test } from 'vitest';
import type { News } from '../../../lib/domain/ports.ts';
import { executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RunWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { Hindrances } from '../../../lib/usecases/deployment/hindrances.ts';
import { aboutToStart } from './about-to-start.ts';

const waiting: News = { kind: 'found', ref: 'r', state: { phase: 'waiting-for-human', raw: 'ApprovalWaiting' } };
const running: News = { kind: 'found', ref: 'r', state: { phase: 'running', raw: 'Running' } };
const at = (step: string, raw: string): News => ({ kind: 'found', ref: 'r', state: { phase: 'running', raw, step } });
const none: News = { kind: 'none' };
const asks: Partial<RunWatchRow> = { phase: 'started', ref: 'r' };
const queued: Partial<RunWatchRow> = { phase: 'queued', queued_at: 0 };
const sent: Partial<RunWatchRow> = { phase: 'intended' };

/** One look each 15 s: the row after it, and what the look brought. */
type Look = readonly [row: Partial<RunWatchRow>, news: News | undefined];
type Case = readonly [what: string, looks: readonly Look[], told: readonly string[]];

const quiet = 'TurnGranted';
const cases: readonly Case[] = [
  [
    'is shown while it is seen, and ends when it is gone',
    [...looks(asks, [waiting, waiting, waiting, running])],
    [quiet, quiet, 'WaitingInHarness', 'GoesOn'],
  ],
  [
    'stays through looks that do not reach it',
    [...looks(asks, [waiting, undefined, waiting, undefined, undefined, running])],
    [quiet, quiet, 'WaitingInHarness', 'WaitingInHarness', 'WaitingInHarness', 'GoesOn'],
  ],
  [
    'is not shown because of a look that does not reach it',
    [...looks(asks, [waiting, undefined, undefined, undefined, none])],
    [quiet, quiet, quiet, quiet, quiet],
  ],
  [
    'ends with the row, if only the row says it',
    [...looks(queued, [undefined, undefined]), ...looks(sent, [undefined])],
    ['HeldUp', 'HeldUp', 'GoesOn'],
  ],
];

test.each<[what: string, seconds: number, states: readonly string[], told: readonly string[]]>([
  [
    'updates its numbers once a minute',
    40,
    ['0 a:1', '0 a:2', '0 a:3', '1 a:1', '1 a:2', '1 a:3'],
    ['1 a:1', '1 a:1', '1 a:3', '2 a:1', '2 a:1', '2 a:3'],
  ],
  ['says at once that it is at another step', 10, ['0 a:1', '0 b', '0 b', '0 a:2'], ['1 a:1', '1 b', '1 b', '1 a:2']],
  [
    'says at most every five seconds where it is',
    2,
    ['0 a', '0 b', '0 a', '0 b', '0 b'],
    ['1 a', '1 a', '1 a', '1 b', '1 b'],
  ],
])(
  'reports each step of a run with one event, and its progress in the row alone: %s',
  async (_, seconds, states, expected) => {
    const { world, batchId: batch_id, deployment, item } = await aboutToStart();
    const watch = keys.watch(executorWatcher(deployment.executor.account), batch_id, 0, 'deploy-1');
    const begun = world.clock.now();
    await world.table.transact([{ put: itemOf(keys.item(batch_id, 0), { ...item, step: 'deploy', runs: [] }) }]);
    const row: RunWatchRow = {
      ...{ batch_id, index: 0, wait: 'deploy-1', deployment, version: '1', key: 'k', phase: 'started', at: begun },
      deadline: begun + 900_000,
    };
    await world.table.transact([{ put: itemOf(watch, row) }]);
    const hindrances = new Hindrances();
    const told: string[] = [];
    for (const [step, raw] of states.map((one) => one.split(' '))) {
      const now = rowOf<RunWatchRow>(await world.table.get(watch))!;
      await hindrances.note(world.deps, [now], () => at(step!, raw!));
      const { seq, reason, held } = rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!;
      expect(reason).toBe('TakesSteps');
      told.push(`${seq - item.seq} ${held?.answered}`);
      await world.clock.sleep(seconds * 1_000);
    }
    expect(told).toEqual(expected);
  },
);

function looks(row: Partial<RunWatchRow>, news: readonly (News | undefined)[]): readonly Look[] {
  return news.map((one) => [row, one] as const);
}

test.each(cases)('what holds up a run %s', async (_, seen, expected) => {
  const { world, batchId: batch_id, deployment, item } = await aboutToStart();
  const watch = keys.watch(executorWatcher(deployment.executor.account), batch_id, 0, 'deploy-1');
  const at = world.clock.now();
  await world.table.transact([{ put: itemOf(keys.item(batch_id, 0), { ...item, step: 'deploy', runs: [] }) }]);
  const hindrances = new Hindrances();
  const told: string[] = [];
  for (const [now, news] of seen) {
    const { held } = rowOf<RunWatchRow>(await world.table.get(watch)) ?? {};
    const row: RunWatchRow = {
      ...{ batch_id, index: 0, wait: 'deploy-1', deployment, version: '1', key: 'k', phase: 'started', at },
      ...{ deadline: at + 900_000, ...now, ...(held === undefined ? {} : { held }) },
    };
    await world.table.transact([{ put: itemOf(watch, row) }]);
    await hindrances.note(world.deps, [row], () => news);
    told.push(rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!.reason);
    await world.clock.sleep(15_000);
  }
  expect(told).toEqual(expected);
});
