import { expect, test } from 'vitest';
import type { Table, Write } from '../../lib/domain/ports.ts';
import { shownReason } from '../../lib/domain/record/change.ts';
import { checkReplay, checkSteps } from '../../lib/domain/record/check-replay.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { replay } from '../../lib/domain/record/replay.ts';
import { type EventRow, type HeaderRow, type ItemRow, rowOf } from '../../lib/domain/record/rows.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { readBatch } from '../../lib/usecases/batch/read-batch.ts';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { readHistory } from '../../lib/usecases/record/read-history.ts';
import { everyItem } from '../../lib/usecases/schedule/schedule-store.ts';
import { SeededRandom } from '../seeded-random.ts';
import { listed, roll } from './rollback-world.ts';
import type { Script } from './scripted-executor.ts';
import { sqliteStore } from './store.ts';
import { World } from './world.ts';

type Stood = Pick<ItemRow, 'status' | 'reason' | 'message' | 'seq'>;

/** Keeps each state of a header or a deployment, by its change. */
class Kept {
  readonly #states = new Map<string, Stood>();

  keep(writes: readonly Write[]): void {
    for (const write of writes) {
      if (!('put' in write) || !write.put.pk.startsWith('BATCH#') || !/^(HEADER|ITEM#)/.test(write.put.sk)) continue;
      const row = rowOf<HeaderRow | ItemRow>(write.put)!;
      this.#states.set(placeOf(row.batch_id, 'index' in row ? row.index : undefined, row.seq), row);
    }
  }

  at({ batch_id, index, seq }: EventRow): Stood {
    return this.#states.get(placeOf(batch_id, index, seq))!;
  }
}

const placeOf = (batchId: string, index: number | undefined, seq: number): string => [batchId, index, seq].join();

const worldThatKeeps = async () => {
  const kept = new Kept();
  const store = sqliteStore();
  const { table: own } = store;
  const table: Table = {
    get: (key) => own.get(key),
    query: (query) => own.query(query),
    synced: () => own.synced(),
    transact: async (writes) => {
      await own.transact(writes);
      kept.keep(writes);
    },
  };
  const world = await World.make({ store: async () => ({ ...store, table }) });
  return { world, kept };
};

const feedOf = async (world: World, batchId: string) => {
  const events: (EventRow & { readonly number: number })[] = [];
  for await (const item of everyItem(world.table, { pk: keys.feed(batchId, 1).pk, from: '0', to: '9~' }))
    events.push(rowOf<EventRow & { readonly number: number }>(item)!);
  return events;
};

const scripts: readonly Script[] = [
  {},
  {},
  {},
  { ends: 'failed' },
  { start: 'unknown', appears: Number.POSITIVE_INFINITY },
];

/** A batch with its results, and what people do to it meanwhile and afterwards. */
const play = async (world: World, random: SeededRandom): Promise<void> => {
  const names = Array.from({ length: random.whole(1, 5) }, (_, nth) => `s${nth}`);
  for (const name of names) world.executor.scripts.set(`${name}@2.0.0`, random.oneOf(scripts));
  const batch = await world.submit(
    names.map((name, nth) => ({ name, needs: names.slice(0, nth).filter(() => random.chance(0.4)) })),
    { strategy: { on_failure: random.oneOf(['continue', 'stop', 'rollback'] as const), max_concurrency: 2 } },
  );
  if (random.chance(0.3)) {
    await world.pass(random.whole(1, 30));
    await cancelBatch(world.deps, { batchId: batch, actor: 'ada' }).catch(() => {});
  }
  await world.settled(batch);
  const { deployments } = await listDeployments(world.deps, { batchId: batch, limit: 100 });
  for (const { key, status } of deployments) {
    if (status !== 'UNKNOWN') continue;
    const found = random.oneOf(['SUCCESS', 'FAILED'] as const);
    await resolveDeployment(world.deps, { batchId: batch, key, status: found, reason: 'looked', actor: 'ada' });
  }
  await world.settled(batch);
  const isBack = (await world.header(batch)).status === 'ROLLBACK';
  const rollback = !isBack && random.chance(0.5) ? await roll(world, batch).catch(() => undefined) : undefined;
  if (rollback !== undefined) await world.settled(rollback);
};

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'a replay of a batch gives each event as it was recorded, and at the last one the current state: seed %i',
  async (seed) => {
    const { world, kept } = await worldThatKeeps();
    await play(world, new SeededRandom(seed));
    for (const { batch_id: batchId, total } of await listed(world)) {
      const events = await feedOf(world, batchId);
      const latest = new Map<number | undefined, EventRow>();
      for (const [nth, event] of events.entries()) {
        latest.set(event.index, event);
        const at = replay(events.slice(0, nth + 1), total)!;
        const { status, reason, message } = kept.at(latest.get(undefined)!);
        expect(at).toMatchObject({ status, reason: shownReason({ status, reason }), message });
        const changed = [...latest.values()].filter(({ index }) => index !== undefined);
        const stood = changed.map((one) => [
          one.index,
          one.key,
          kept.at(one).status,
          kept.at(one).reason,
          kept.at(one).message,
        ]);
        expect(at.deployments.map((one) => [one.index, one.key, one.status, one.reason, one.message])).toEqual(
          stood.sort(([a], [b]) => Number(a) - Number(b)),
        );
      }
      const told = await readBatch(world.deps, { named: batchId, actor: 'ada' });
      const { deployments } = await listDeployments(world.deps, { batchId, limit: 100 });
      const replayed = replay(events, total)!;
      expect(replayed).toMatchObject({
        status: told.status,
        reason: told.reason,
        message: told.message,
        counts: told.counts,
      });
      expect(checkSteps(batchId, events)).toEqual([]);
      expect(checkReplay({ ...told, deployments }, events)).toEqual([]);
      expect(await readHistory(world.deps, { batchId })).toMatchObject({ at: events.length, ...replayed });
      const middle = Math.ceil(events.length / 2);
      expect(await readHistory(world.deps, { batchId, at: middle })).toMatchObject(
        replay(events.slice(0, middle), total)!,
      );
    }
  },
);
