import { describe, expect, test } from 'vitest';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { rowOf } from '../../lib/domain/record/rows.ts';
import type { WatcherRow } from '../../lib/domain/record/watch-rows.ts';
import type { Script } from './scripted-executor.ts';
import { World } from './world.ts';

/** Every cluster gets its requests from functions in the network `payments`, or from those in none. */
const catalogueAt = (place: string | undefined) => {
  const { catalogue } = simulatedConfiguration();
  const clusters = Object.entries(catalogue.clusters).map(([name, one]) => [name, { ...one, ...(place && { place }) }]);
  return { ...catalogue, clusters: Object.fromEntries(clusters) };
};

/** The functions that were called for a deployment and by watchers, each once. */
const calledFor = async (script: Script, place?: string) => {
  const world = await World.make({ catalogue: catalogueAt(place) });
  const called = new Set<string>();
  world.reply = ({ name }) => void called.add(name);
  world.executor.scripts.set('a', script);
  const batchId = await world.submit([{ name: 'a', rollback: 'automatic' }]);
  await world.settled(batchId);
  const { status } = await world.header(batchId);
  const watcher = rowOf<WatcherRow>(await world.table.get(keys.watcher('cluster:cluster-eu-1')));
  return { status, called: [...called].sort(), watcher };
};

const everywhere = ['await-turn', 'conclude-batch', 'finish-batch', 'plan-batch'];

describe('a cluster in a network', () => {
  test('gets its requests from the copies there, and its executor from the function in none', async () => {
    const { status, called, watcher } = await calledFor({}, 'payments');
    expect(status).toBe('SUCCESS');
    const placed = ['capture-baseline-at-payments', 'watch-cluster-at-payments'];
    const others = ['start-deployment', 'verify-rollout', 'watch-executor'];
    expect(called).toEqual([...everywhere, ...placed, ...others].sort());
    expect(watcher?.place).toBe('payments');
  });

  test('is read from there before a restore, which the function with the key starts', async () => {
    const { status, called } = await calledFor({ ends: 'failed' }, 'payments');
    expect(status).toBe('FAILED');
    expect(called).toEqual(expect.arrayContaining(['look-back-at-payments', 'record-outcome', 'start-restore']));
    expect(called.filter((name) => name.startsWith('look-back'))).toEqual(['look-back-at-payments']);
  });
});

test('a cluster without a place gets its requests from the functions in no network', async () => {
  const { called, watcher } = await calledFor({ ends: 'failed' });
  expect(called.filter((name) => name.includes('-at-'))).toEqual([]);
  expect(called).toEqual(expect.arrayContaining(['capture-baseline', 'look-back', 'start-restore']));
  expect(watcher?.place).toBeUndefined();
});
