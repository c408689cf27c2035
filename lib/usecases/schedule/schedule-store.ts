import type { HoldRow, OutageRow } from '../../domain/holds/hold.ts';
import type { Item, Page, Query, Table, Write } from '../../domain/ports.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, isSealed, itemOf, type LockRow, rowOf } from '../../domain/record/rows.ts';
import { adopt, adoptHolds } from '../../domain/schedule/adopt.ts';
import { Cells } from '../../domain/schedule/cells.ts';
import type { Decisions, NewBatch, Recorded } from '../../domain/schedule/decisions.ts';
import { Locks } from '../../domain/schedule/locks.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import { type BatchHead, batchState, emptySchedule, type ScheduleState } from '../../domain/schedule/state.ts';
import { stoppedBecause } from '../../domain/undo/undo-rows.ts';
import type { Deps } from '../deps.ts';
import { KeptDocuments } from '../record/kept-documents.ts';
import { readDocument } from '../record/read-document.ts';

interface StateRow {
  readonly version: number;
  readonly next_fence: number;
}

interface HeadRow extends Omit<BatchHead, 'inFlight'> {
  readonly in_flight: number;
  /** For a small batch. Thousands may be open, mostly of one deployment, and each document would cost a request. */
  readonly sheet?: Sheet;
}

/** A head as stored: with the sheet if that is small. */
export type StoredHead = BatchHead & { readonly sheet?: Sheet };

/** Deployments of a sheet that fits into its head's row: some kilobytes. */
const largestInHead = 20;
/** Concurrent requests for documents. */
const sheetsAtOnce = 16;

/** All items of a query, page by page. */
export async function* everyItem(table: Table, query: Omit<Query, 'after' | 'limit'>): AsyncGenerator<Item> {
  let page: Page | undefined;
  do {
    page = await table.query({ ...query, limit: 500, ...(page?.next === undefined ? {} : { after: page.next }) });
    yield* page.items;
  } while (page.next !== undefined);
}

export const readSheet = ({ documents }: Pick<Deps, 'documents'>, batchId: string): Promise<Sheet> =>
  readDocument(documents, documentPaths.schedule(batchId));

/** A sheet of the largest size takes some megabytes. */
const sheets = /* @__PURE__ */ new KeptDocuments<Sheet>(32);

/** The same, cached for frequent readers. */
export const readKeptSheet = ({ documents }: Pick<Deps, 'documents'>, batchId: string): Promise<Sheet> =>
  sheets.read(documents, documentPaths.schedule(batchId));

export const readScheduleVersion = async (table: Table): Promise<number> =>
  rowOf<StateRow>(await table.get(keys.schedule))?.version ?? 0;

/** The heads of scheduled batches, in planning order. */
export const readHeads = async (table: Table): Promise<readonly StoredHead[]> => {
  const heads: StoredHead[] = [];
  for await (const item of everyItem(table, { pk: 'DISPATCHER', prefix: 'BATCH#' })) {
    const { batch_id, order, in_flight, telling, closing, counts, sheet } = rowOf<HeadRow>(item)!;
    const head: BatchHead = { batch_id, order, inFlight: in_flight, telling: [...telling], counts: { ...counts } };
    if (closing !== undefined) head.closing = { ...closing };
    heads.push(sheet === undefined ? head : { ...head, sheet });
  }
  return heads.sort((a, b) => a.order - b.order);
};

export const readCells = async (table: Table, batchId: string): Promise<Cells> => {
  const pages: string[] = [];
  for await (const item of everyItem(table, { pk: 'DISPATCHER', prefix: `PAGE#${batchId}#` })) {
    pages.push(item.cells as string);
  }
  return Cells.fromPages(pages);
};

/** As stored. Rows from when only targets were locked have no `name`. */
type StoredLock = Omit<LockRow, 'name'> & { readonly name?: string; readonly target?: string };

export const readLocks = async (table: Table): Promise<Locks> => {
  const locks = new Locks();
  for await (const item of everyItem(table, { pk: 'DISPATCHER', prefix: 'LOCK#' })) {
    const { name, target, batch_id, index, key, fence, state } = rowOf<StoredLock>(item)!;
    const known = { ...(key === undefined ? {} : { key }), ...(fence === undefined ? {} : { fence }) };
    locks.set(name ?? target!, { batch_id, index, ...known, state });
  }
  return locks;
};

/** The holds in force and circuits on trial, by id. */
export const readHolds = async (table: Table): Promise<Map<string, HoldRow>> => {
  const holds = new Map<string, HoldRow>();
  for await (const item of everyItem(table, { pk: 'DISPATCHER', prefix: 'HOLD#' })) {
    const { pk: _pk, sk: _sk, ...hold } = rowOf<HoldRow & Item>(item)!;
    holds.set(hold.id, hold);
  }
  return holds;
};

const readOutages = async (table: Table): Promise<Map<string, OutageRow>> => {
  const outages = new Map<string, OutageRow>();
  for await (const item of everyItem(table, { pk: 'DISPATCHER', prefix: 'OUTAGE#' })) {
    const { name, at } = rowOf<OutageRow>(item)!;
    outages.set(name, { name, at });
  }
  return outages;
};

/** All pages of all batches, in one query. */
export const readAllCells = async (table: Table): Promise<ReadonlyMap<string, Cells>> => {
  const pages = new Map<string, string[]>();
  for await (const { sk, cells } of everyItem(table, { pk: 'DISPATCHER', prefix: 'PAGE#' })) {
    const batchId = sk.slice('PAGE#'.length, sk.lastIndexOf('#'));
    pages.set(batchId, [...(pages.get(batchId) ?? []), cells as string]);
  }
  return new Map([...pages].map(([batchId, ofBatch]) => [batchId, Cells.fromPages(ofBatch)]));
};

/**
 * Loads the scheduling state and derives the rest. That may take longer than a lease lasts, so `renew` is called
 * between its steps. Returns undefined if the lease is lost.
 */
export const loadSchedule = async (
  deps: Pick<Deps, 'table' | 'documents'>,
  renew: () => Promise<boolean> = async () => true,
): Promise<ScheduleState | undefined> => {
  const stored = rowOf<StateRow>(await deps.table.get(keys.schedule));
  const [locks, holds, outages, heads, cells] = await Promise.all([
    readLocks(deps.table),
    readHolds(deps.table),
    readOutages(deps.table),
    readHeads(deps.table),
    readAllCells(deps.table),
  ]);
  const state: ScheduleState = { ...emptySchedule(), locks, holds, outages };
  state.version = stored?.version ?? 0;
  state.nextFence = stored?.next_fence ?? 1;
  for (let at = 0; at < heads.length; at += sheetsAtOnce) {
    const some = heads.slice(at, at + sheetsAtOnce);
    const missing = some.some(({ sheet }) => sheet === undefined);
    if (missing && !(await renew())) return undefined;
    const sheets = await Promise.all(some.map(({ batch_id, sheet }) => sheet ?? readSheet(deps, batch_id)));
    for (const [of, { sheet: _, ...head }] of some.entries()) {
      const ofBatch = cells.get(head.batch_id) ?? Cells.fromPages([]);
      // If another dispatcher has taken over meanwhile, the reads don't fit together.
      if (ofBatch.length !== sheets[of]!.keys.length) return lostOrBroken(renew, head.batch_id);
      adopt(state, batchState(sheets[of]!, ofBatch, head));
    }
  }
  adoptHolds(state);
  return state;
};

const lostOrBroken = async (renew: () => Promise<boolean>, batchId: string): Promise<undefined> => {
  if (await renew()) throw new Error(`batch ${batchId} has a different number of cells than deployments`);
};

/**
 * Reads what `planned` messages need. A message may be late or come twice, so a sealed or known batch is not planned
 * again. Its earlier history is read here, because the messages about it may be gone.
 */
export const readNewBatches = async (
  deps: Pick<Deps, 'table' | 'documents'>,
  messages: readonly InboxMessage[],
  state: ScheduleState,
): Promise<Map<string, NewBatch>> => {
  const planned = new Map<string, NewBatch>();
  for (const message of messages) {
    if (message.type !== 'planned') continue;
    const { batch_id } = message;
    if (planned.has(batch_id) || state.batches.has(batch_id)) continue;
    const header = rowOf<HeaderRow>(await deps.table.get(keys.header(batch_id)));
    if (header === undefined || isSealed(header)) continue;
    const sheet = await readSheet(deps, batch_id);
    const { cancel_requested_at, rollback_request } = header;
    planned.set(batch_id, {
      sheet,
      cancelled: cancel_requested_at !== undefined,
      ...(rollback_request === undefined ? {} : { stopped: stoppedBecause(rollback_request) }),
      recorded: await readOutcomes(deps.table, sheet),
    });
  }
  return planned;
};

const readOutcomes = async (table: Table, { batch_id, lane }: Sheet): Promise<NewBatch['recorded']> => {
  const recorded: Recorded[] = [];
  for await (const item of everyItem(table, { pk: `BATCH#${batch_id}`, prefix: 'ITEM#' })) {
    const { index, outcome } = rowOf<ItemRow>(item)!;
    if (outcome === undefined) continue;
    const passes = lane === 'rollback' && outcome.reason === 'Superseded';
    recorded.push({ index, status: outcome.status, ...(passes ? { passes } : {}) });
  }
  return recorded;
};

/**
 * The rows that hold the state after a decision. The version in the state row makes a second writer fail, whatever its
 * lease says.
 */
export const scheduleWrites = (state: ScheduleState, decisions: Decisions): Write[] => {
  const writes: Write[] = [
    {
      put: itemOf(keys.schedule, { version: state.version + 1, next_fence: state.nextFence } satisfies StateRow),
      when: state.version === 0 ? { exists: false } : { equals: { version: state.version } },
    },
  ];
  for (const id of decisions.heads) {
    const { sheet, head } = state.batches.get(id)!;
    const { inFlight, ...rest } = head;
    const row: HeadRow = { ...rest, in_flight: inFlight, ...(sheet.keys.length > largestInHead ? {} : { sheet }) };
    writes.push({ put: itemOf(keys.scheduleBatch(id), row) });
  }
  for (const [id, pages] of decisions.pages) {
    for (const page of pages) {
      writes.push({ put: itemOf(keys.schedulePage(id, page), { cells: state.batches.get(id)!.cells.page(page) }) });
    }
  }
  for (const [name, lock] of decisions.locks) {
    writes.push(lock ? { put: itemOf(keys.lock(name), { name, ...lock }) } : { delete: keys.lock(name) });
  }
  for (const [id, hold] of decisions.holds)
    writes.push(hold ? { put: itemOf(keys.hold(id), hold) } : { delete: keys.hold(id) });
  for (const [name, outage] of decisions.outages) {
    writes.push(outage ? { put: itemOf(keys.outage(name), outage) } : { delete: keys.outage(name) });
  }
  for (const [id, pages] of decisions.dropped) {
    writes.push({ delete: keys.scheduleBatch(id) });
    for (let page = 0; page < pages; page++) writes.push({ delete: keys.schedulePage(id, page) });
  }
  return writes;
};
