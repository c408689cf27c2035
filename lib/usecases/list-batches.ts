import { keys } from '../domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../domain/record/rows.ts';
import type { Deps } from './deps.ts';
import { isoField, isoTime } from './iso-time.ts';
import type { BatchView } from './read-batch.ts';

export interface BatchList {
  readonly batches: readonly ListedBatch[];
  /** Send it as `after` to read on; absent at the end. */
  readonly next_after?: string;
}

/** `counts` only when the batch is sealed: the list reads one row per batch. */
export type ListedBatch = Pick<
  BatchView,
  'batch_id' | 'name' | 'status' | 'reason' | 'message' | 'total' | 'submitted_by' | 'created_at' | 'ended_at'
> &
  Partial<Pick<BatchView, 'counts'>>;

/** Batches, newest first. */
export const listBatches = async (
  { table }: Pick<Deps, 'table'>,
  input: { readonly limit: number; readonly after?: string | undefined },
): Promise<BatchList> => {
  const { limit, after } = input;
  const page = await table.query({
    pk: keys.listed('').pk,
    limit,
    newestFirst: true,
    ...(after === undefined ? {} : { after }),
  });
  const headers = await Promise.all(page.items.map(({ sk }) => table.get(keys.header(sk))));
  const batches = headers.map((item) => rowOf<HeaderRow>(item)).filter((header) => header !== undefined);
  return { batches: batches.map(listed), ...(page.next === undefined ? {} : { next_after: page.next }) };
};

const listed = (header: HeaderRow): ListedBatch => ({
  batch_id: header.batch_id,
  name: header.name,
  status: header.status,
  reason: header.reason,
  message: header.message,
  total: header.total,
  ...(header.totals === undefined ? {} : { counts: header.totals }),
  submitted_by: header.submitted_by,
  created_at: isoTime(header.created_at),
  ...isoField('ended_at', header.ended_at),
});
