import type { Hold } from '../../domain/holds/hold.ts';
import type { BatchFilter } from '../../domain/record/batch-filter.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { cursorFor, positionIn, wrongCursor } from '../cursor.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { type HoldView, viewHold } from '../holds/hold-view.ts';
import { findSeenHolds } from '../holds/list-holds.ts';
import { isoField, isoTime } from '../iso-time.ts';
import { serviceOf } from '../targets/asked-service.ts';
import { checkTargetNames } from '../targets/check-target-names.ts';
import { findBatches } from './find-batches.ts';
import { isLeadPosition } from './lead-pages.ts';
import { type BatchView, headline, readSeen, type SeenBatch, submitterTold, withoutZeros } from './read-batch.ts';

export interface BatchList {
  /** On the first page only: the holds in force now, oldest first, and how many more there are. */
  readonly holds?: readonly HoldView[];
  readonly more_holds?: number;
  readonly batches: readonly ListedBatch[];
  /** The most batches on a page. */
  readonly limit: number;
  /** Send it as `after` to continue; absent at the end. A page may be short or empty and still have a next one. */
  readonly next_after?: string;
}

/** A batch's short metadata. The description is shown only with the batch itself. */
export interface ListedBatch extends Headline {
  readonly metadata: {
    readonly author?: string;
    /** The first ten tags. */
    readonly tags?: readonly string[];
    /** How many more tags there are. */
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

interface Asked extends BatchFilter {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Batches that match and may be seen, newest first. The first page starts with the holds. */
export const listBatches = async (
  deps: Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy,
  { limit, after: cursor, ...asked }: Asked,
): Promise<BatchList> => {
  const filter = { ...asked, service: serviceOf(asked) };
  const of = { list: 'batches', filters: filter };
  const after = positionIn(of, cursor);
  if (after !== undefined && !isLeadPosition(after)) throw wrongCursor();
  const [holds, { headers, next }] = await Promise.all([
    after === undefined ? findSeenHolds(deps) : undefined,
    findBatches(deps, { filter, limit, after }),
  ]);
  if (headers.length === 0 && next === undefined && after === undefined) await checkTargetNames(deps, placeIn(filter));
  const listed = await Promise.all(headers.map(async (header) => list(await readSeen(deps, header))));
  return {
    ...(holds && tellHolds(holds)),
    batches: listed,
    limit,
    ...(next === undefined ? {} : { next_after: cursorFor(of, next) }),
  };
};

const placeIn = ({ environment, pillar, service }: BatchFilter) => ({ environment, pillar, service });

/** GET /holds lists them all. */
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
