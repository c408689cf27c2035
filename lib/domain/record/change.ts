import type { Status } from '../deployment/status.ts';
import type { JsonObject } from '../json.ts';
import type { Write } from '../ports.ts';
import { markWrite } from './batch-marks.ts';
import { keys } from './keys.ts';
import { type EventRow, type HeaderRow, type ItemRow, itemOf } from './rows.ts';

/**
 * A change of a batch or a deployment is always two writes of one transaction, first of all: the row with the next `seq`, on the
 * condition that nobody changed it since it was read, and the event row that tells of it.
 */
export interface Change<Row> {
  readonly row: Row;
  readonly writes: readonly [Write, Write, ...Write[]];
}

export interface Occasion {
  readonly at: number;
  /** One of `parts`, or who asked for it. */
  readonly actor: string;
  readonly detail?: JsonObject;
}

interface Told {
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
}

/** The reason that a batch is shown with. That it was planned is what happened last; what is true of it is that it runs. */
export const shownReason = ({ status, reason }: Pick<Told, 'status' | 'reason'>): string =>
  status === 'PROCESSING' && reason === 'Planned' ? 'Running' : reason;

/** A deployment of which nothing is written yet. */
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

/** `patch` names what changes; status, reason and message are always told anew, and what held it up is over unless it says so. */
export const changeItem = (item: ItemRow, patch: Partial<ItemRow> & Told, occasion: Occasion): Change<ItemRow> => {
  const { held: _, ...rest } = item;
  const row: ItemRow = { ...rest, ...patch, seq: item.seq + 1, updated_at: occasion.at };
  const event: EventRow = {
    batch_id: row.batch_id,
    type: 'deployment',
    index: row.index,
    key: row.key,
    ...told(item, row, occasion),
    // Before its first row it is PENDING for whoever asks.
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
 * As `changeItem`, for the batch itself. A header with seq 0 is not written yet. With another status the batch is found by that, and no
 * more by the one before.
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
