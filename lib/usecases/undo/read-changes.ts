import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { keys, planChunkSize } from '../../domain/record/keys.ts';
import { type CaptureRow, type HeaderRow, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import { type Done, doneBy } from '../../domain/undo/done.ts';
import type { UndoNode } from '../../domain/undo/plan-rollback.ts';
import type { Deps } from '../deps.ts';
import { readPlanChunk } from '../plan/plan-store.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { readNow } from '../targets/read-now.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

/** Concurrent reads, each of a hundred deployments. Only what an undo needs is kept. */
const rangesAtOnce = 12;

/** What a batch and its retries did at each of their targets, and those targets' NOW. The batch comes first. */
export const readChanges = async (deps: Needs, chain: readonly HeaderRow[]): Promise<readonly UndoNode[]> => {
  const [original, ...retries] = await Promise.all(chain.map((header) => readBatch(deps, header)));
  const later = new Map<string, Done[]>();
  for (const { done } of retries.flat()) later.set(done.key, [...(later.get(done.key) ?? []), done]);
  const found = original!.map(({ done, dependencies }) => ({
    key: done.key,
    dependencies,
    done: [done, ...(later.get(done.key) ?? [])],
  }));
  const changed = found.filter(({ done }) => done.some(({ effect }) => effect === 'changed'));
  const targets = changed.map(({ done }) => done.find(({ effect }) => effect === 'changed')!.target);
  const rows = await readNow(deps, targets);
  const now = new Map(changed.map(({ key }, at) => [key, rows[at]]));
  return found.map((node) => ({ ...node, now: now.get(node.key) }));
};

interface DoneAt {
  readonly done: Done;
  readonly dependencies: readonly number[];
}

const readBatch = async (deps: Needs, header: HeaderRow): Promise<readonly DoneAt[]> => {
  if (header.plan_hash === undefined) return [];
  const count = Math.ceil(header.total / planChunkSize);
  const parts: (readonly DoneAt[])[] = new Array(count);
  let next = 0;
  const readOn = async (): Promise<void> => {
    for (let chunk = next++; chunk < count; chunk = next++) parts[chunk] = await readRange(deps, header, chunk);
  };
  await Promise.all(Array.from({ length: Math.min(rangesAtOnce, count) }, readOn));
  return parts.flat();
};

const readRange = async (deps: Needs, { batch_id }: HeaderRow, chunk: number): Promise<readonly DoneAt[]> => {
  const first = chunk * planChunkSize;
  const [planned, items, captures] = await Promise.all([
    readPlans(deps, batch_id, chunk),
    readRows<ItemRow>(deps, (index) => keys.item(batch_id, index), first),
    readRows<CaptureRow>(deps, (index) => keys.capture(batch_id, index), first),
  ]);
  return planned.map((one) => {
    const rows = { item: items.get(one.index), capture: captures.get(one.index) };
    return { done: doneBy({ batch_id, index: one.index }, one, rows), dependencies: one.dependencies };
  });
};

const readPlans = async (deps: Needs, batchId: string, chunk: number): Promise<readonly PlannedDeployment[]> => {
  try {
    return await readPlanChunk(deps, batchId, chunk);
  } catch (error) {
    if (!isFlotillaError(error, 'DocumentMissing')) throw error;
    const message = `The plan of batch ${batchId} is no longer kept, so its changes are unknown. Deploy the versions that you want.`;
    throw new FlotillaError('RecordExpired', message, { batch_id: batchId });
  }
};

const readRows = async <Row>(
  { table }: Needs,
  keyOf: (index: number) => { readonly pk: string; readonly sk: string },
  first: number,
): Promise<ReadonlyMap<number, Row>> => {
  const { pk, sk: from } = keyOf(first);
  const rows = new Map<number, Row>();
  for await (const item of everyItem(table, { pk, from, to: keyOf(first + planChunkSize - 1).sk })) {
    rows.set(Number(item.sk.slice(-5)), rowOf<Row>(item)!);
  }
  return rows;
};
