import type { Totals } from '../../domain/deployment/batch-status.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { isoField, isoTime } from '../iso-time.ts';
import { type BatchView, headline, readCounts, withoutZeros } from './read-batch.ts';

export interface BatchList {
  readonly batches: readonly ListedBatch[];
  /** Send it as `after` to read on; absent at the end. */
  readonly next_after?: string;
}

/** Of a batch's metadata only what is short: a description is for who looks at the one. */
export interface ListedBatch extends Headline {
  readonly metadata: {
    readonly author?: string;
    /** The first ten. */
    readonly tags?: readonly string[];
    /** How many more there are. */
    readonly more_tags?: number;
  };
}

type Headline = Pick<
  BatchView,
  | 'batch_id'
  | 'name'
  | 'status'
  | 'reason'
  | 'message'
  | 'total'
  | 'counts'
  | 'submitted_by'
  | 'created_at'
  | 'ended_at'
>;

/** Batches, newest first: one row for each, and one more for what is in work. */
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
  const listed = await Promise.all(batches.map(async (header) => list(header, await readCounts({ table }, header))));
  return { batches: listed, ...(page.next === undefined ? {} : { next_after: page.next }) };
};

const list = (header: HeaderRow, counts: Totals): ListedBatch => ({
  batch_id: header.batch_id,
  name: header.name,
  ...headline(header, counts),
  total: header.total,
  counts: withoutZeros(counts),
  metadata: shortMetadata(header),
  submitted_by: header.submitted_by,
  created_at: isoTime(header.created_at),
  ...isoField('ended_at', header.ended_at),
});

const mostTags = 10;

const shortMetadata = ({ metadata: { author, tags } = {} }: HeaderRow): ListedBatch['metadata'] => ({
  ...(author === undefined ? {} : { author }),
  ...(tags === undefined ? {} : { tags: tags.slice(0, mostTags) }),
  ...(tags === undefined || tags.length <= mostTags ? {} : { more_tags: tags.length - mostTags }),
});
