import type { Hold } from '../../domain/holds/hold.ts';
import { keys } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatches } from '../grants/seen-batch.ts';
import { type HoldView, viewHold } from '../holds/hold-view.ts';
import { findSeenHolds } from '../holds/list-holds.ts';
import { isoField, isoTime } from '../iso-time.ts';
import { type BatchView, headline, readSeen, type SeenBatch, submitterTold, withoutZeros } from './read-batch.ts';

export interface BatchList {
  /** With the first page: what keeps deployments from their turns now, the oldest first, and how many more there are. */
  readonly holds?: readonly HoldView[];
  readonly more_holds?: number;
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
  | 'submitted_by_name'
  | 'created_at'
  | 'ended_at'
>;

/** More rows than this are not looked through for one page: where few of them may be seen it is shorter, and leads on all the same. */
const mostLookedThrough = 500;

/** Batches that may be seen, newest first: one row for each, and one more for what is in work. On top of all is what is held. */
export const listBatches = async (
  deps: Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy,
  input: { readonly limit: number; readonly after?: string | undefined },
): Promise<BatchList> => {
  const [holds, { headers, next }] = await Promise.all([
    input.after === undefined ? findSeenHolds(deps) : undefined,
    findSeenBatches(deps, { query: { pk: keys.listed('').pk, newestFirst: true }, ...input, mostLookedThrough }),
  ]);
  const listed = await Promise.all(headers.map(async (header) => list(await readSeen(deps, header))));
  return { ...(holds && tellHolds(holds)), batches: listed, ...(next === undefined ? {} : { next_after: next }) };
};

/** Whoever wants all asks for the holds. */
const mostHolds = 20;

const tellHolds = (holds: readonly Hold[]): Pick<BatchList, 'holds' | 'more_holds'> => ({
  holds: holds.slice(0, mostHolds).map(viewHold),
  ...(holds.length <= mostHolds ? {} : { more_holds: holds.length - mostHolds }),
});

const list = ({ header, counts }: SeenBatch): ListedBatch => ({
  batch_id: header.batch_id,
  name: header.name,
  ...headline(header, counts),
  total: header.total,
  counts: withoutZeros(counts),
  metadata: shortMetadata(header),
  ...submitterTold(header),
  created_at: isoTime(header.created_at),
  ...isoField('ended_at', header.ended_at),
});

const mostTags = 10;

const shortMetadata = ({ metadata: { author, tags } = {} }: HeaderRow): ListedBatch['metadata'] => ({
  ...(author === undefined ? {} : { author }),
  ...(tags === undefined ? {} : { tags: tags.slice(0, mostTags) }),
  ...(tags === undefined || tags.length <= mostTags ? {} : { more_tags: tags.length - mostTags }),
});
