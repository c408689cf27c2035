import type { Status } from '../deployment/status.ts';
import type { JsonObject } from '../json.ts';
import type { Write } from '../ports.ts';
import { markWrite } from './batch-marks.ts';
import { keys } from './keys.ts';
import { type EventRow, type HeaderRow, type ItemRow, itemOf } from './rows.ts';

/**
 * A change of a batch or a deployment is always two writes, the first of one transaction. One is the row with the next
 * `seq`, on condition that nobody changed it since it was read. The other is the event row that describes it.
 */
export interface Change<Row> {
  readonly row: Row;
  readonly writes: readonly [Write, Write, ...Write[]];
}

export interface Occasion {
  readonly at: number;
  /** One of `parts`, or the person who asked for it. */
  readonly actor: string;
  readonly detail?: JsonObject;
}

interface Told {
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
}

/** The reason to show for a batch. Its last event is that it was planned, but what matters is that it runs. */
export const shownReason = ({ status, reason }: Pick<Told, 'status' | 'reason'>): string =>
  status === 'PROCESSING' && reason === 'Planned' ? 'Running' : reason;

/** A deployment without any row yet. */
export const pendingItem = (batchId: string, index: number, key: string): ItemRow => ({
  batch_id: batchId,
  index,
  key,
  status: 'PENDING',
  reason: 'AwaitingTurn',
  message: 'Waits for its turn.',
  seq: 0,
  step: 'turn',
  attempt: 1,
  runs: [],
  updated_at: 0,
});

/**
 * `patch` names the changed fields. Status, reason and message are always replaced, and a hindrance is cleared unless
 * the patch sets one.
 */
export const changeItem = (item: ItemRow, patch: Partial<ItemRow> & Told, occasion: Occasion): Change<ItemRow> => {
  const { held: _, ...rest } = item;
  const row: ItemRow = { ...rest, ...patch, seq: item.seq + 1, updated_at: occasion.at };
  const event: EventRow = {
    batch_id: row.batch_id,
    type: 'deployment',
    index: row.index,
    key: row.key,
    ...told(item, row, occasion),
    // Before its first row, readers see it as PENDING.
    from: item.status,
    from_reason: item.reason,
  };
  return {
    row,
    writes: [
      { put: itemOf(keys.item(row.batch_id, row.index), row), when: unchanged(item.seq) },
      { put: itemOf(keys.event(row.batch_id, row.index, row.seq), event), when: { exists: false } },
    ],
  };
};

/**
 * Like `changeItem`, for the batch itself. A header with seq 0 is not written yet. A new status also moves the batch in
 * the status index.
 */
export const changeHeader = (
  header: HeaderRow,
  patch: Partial<HeaderRow> & Told,
  occasion: Occasion,
): Change<HeaderRow> => {
  const row: HeaderRow = { ...header, ...patch, seq: header.seq + 1, updated_at: occasion.at };
  const event: EventRow = {
    batch_id: row.batch_id,
    type: 'batch',
    ...told(header, row, occasion),
    ...(header.seq === 0 ? { from: null } : { from: header.status, from_reason: shownReason(header) }),
  };
  return {
    row,
    writes: [
      { put: itemOf(keys.header(row.batch_id), row), when: unchanged(header.seq) },
      { put: itemOf(keys.event(row.batch_id, 'batch', row.seq), event), when: { exists: false } },
      ...statusWrites(header, row),
    ],
  };
};

const statusWrites = (before: HeaderRow, row: HeaderRow): readonly Write[] => {
  const put = markWrite(row, ['status', row.status]);
  if (before.seq === 0) return [put];
  return before.status === row.status ? [] : [put, { delete: keys.batchBy('status', before.status, before) }];
};

const unchanged = (seq: number) => (seq === 0 ? { exists: false } : { equals: { seq } });

interface Changing {
  readonly seq: number;
  readonly updated_at: number;
}

const told = (before: Changing, row: Told & { readonly seq: number }, occasion: Occasion) => ({
  seq: row.seq,
  at: occasion.at,
  actor: occasion.actor,
  to: row.status,
  reason: row.reason,
  message: row.message,
  ...(before.seq === 0 ? {} : { after_ms: occasion.at - before.updated_at }),
  ...(occasion.detail === undefined ? {} : { detail: occasion.detail }),
});
