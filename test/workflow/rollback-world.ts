import { keys } from '../../lib/domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf } from '../../lib/domain/record/rows.ts';
import { everyItem } from '../../lib/usecases/schedule/schedule-store.ts';
import type { Wished } from '../../lib/usecases/undo/prepare-rollback.ts';
import { rollBackBatch } from '../../lib/usecases/undo/roll-back-batch.ts';
import type { World } from './world.ts';

/** The state of each deployment of a batch, by service: `ROLLBACK RolledBack`. */
export const toldOf = async (world: World, batchId: string): Promise<Readonly<Record<string, string>>> => {
  const told: Record<string, string> = {};
  for await (const item of everyItem(world.table, { pk: keys.header(batchId).pk, prefix: 'ITEM#' })) {
    const { key, status, reason } = rowOf<ItemRow>(item)!;
    told[key.replace('shared/', '')] = `${status} ${reason}`;
  }
  return told;
};

/** `FAILED RollbackIncomplete`. */
export const endOf = async (world: World, batchId: string): Promise<string> => {
  const { status, reason } = await world.header(batchId);
  return `${status} ${reason}`;
};

export const roll = async (world: Pick<World, 'deps'>, batchId: string, wished: Wished = {}): Promise<string> => {
  const asked = { batchId, reason: 'it went wrong', actor: 'ada', ...wished };
  return (await rollBackBatch(world.deps, asked)).batch_id;
};

/** The batches that roll this one back, or have done so. */
export const rollbacksOf = async (world: World, batchId: string): Promise<readonly string[]> => {
  const { items } = await world.table.query({ pk: keys.header(batchId).pk, prefix: 'ROLLBACK#', limit: 100 });
  return items.map((item) => item.batch_id as string);
};

/** In the order of the requests for their runs: `s2@1.0.0`. */
export const startedIn = async (world: World, batchId: string): Promise<readonly string[]> => {
  const runs: { at: number; name: string }[] = [];
  for await (const item of everyItem(world.table, { pk: keys.header(batchId).pk, prefix: 'ATTEMPT#' })) {
    const index = Number(item.sk.split('#')[1]);
    const row = rowOf<ItemRow>(await world.table.get(keys.item(batchId, index)))!;
    runs.push({ at: item.at as number, name: row.key.replace('shared/', '') });
  }
  return runs.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
};

export const listed = async (world: World): Promise<readonly HeaderRow[]> => {
  const { items } = await world.table.query({ pk: 'BATCHES', limit: 100 });
  return Promise.all(items.map(({ sk }) => world.header(sk)));
};

/** Each run was requested once. */
export const startedTwice = (world: World): readonly string[] =>
  [...world.executor.starts].filter(([, times]) => times > 1).map(([key]) => key);
