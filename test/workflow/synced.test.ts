import { expect, test } from 'vitest';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import type { Wanted } from './batch-text.ts';
import type { Script } from './scripted-executor.ts';
import { World } from './world.ts';

/** What changes something outside, and what a table that has lost its last commits cannot take back. */
const outside = ['executor.start', 'executor.cancel'];

interface Case {
  readonly title: string;
  readonly batch?: Partial<Wanted>;
  readonly script: Script;
  readonly isCancelled?: true;
  readonly calls: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'a start', script: {}, calls: ['executor.start'] },
  {
    title: 'a start that was turned away, each time',
    script: { throttled: 2 },
    calls: ['executor.start', 'executor.start', 'executor.start'],
  },
  { title: 'a restore', script: { ends: 'failed' }, calls: ['executor.start', 'executor.start'] },
  {
    title: 'the end of a run whose time is over',
    batch: { timeout: 60, rollback: 'none' },
    script: { takes: 9_000 },
    calls: ['executor.start', 'executor.cancel'],
  },
  {
    title: 'the end of a run that is cancelled',
    script: { takes: 9_000 },
    isCancelled: true,
    calls: ['executor.start', 'executor.cancel'],
  },
];

test.each(cases)('asks for a synced table right before $title', async ({ batch, script, isCancelled, calls }) => {
  const world = await World.make();
  world.executor.scripts.set('a', script);
  const last = new Map<string | undefined, string>();
  const seen: string[] = [];
  world.meter.fault = ({ name }) => {
    if (outside.includes(name)) seen.push(`${last.get(world.log.current)}, ${name}`);
    last.set(world.log.current, name);
    return undefined;
  };
  const batchId = await world.submit([{ name: 'a', ...batch }]);
  if (isCancelled === true) {
    await world.until(() => seen.length > 0);
    await cancelBatch(world.deps, { batchId, actor: 'ada' });
  }
  await world.settled(batchId);
  expect(seen).toEqual(calls.map((call) => `table.synced, ${call}`));
});
