import { type BatchFilter, fitsHeader, isOneDimension } from '../../domain/record/batch-filter.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { seesAsked } from '../grants/sees-asked.ts';
import { lookForBatch } from './find-batch.ts';
import { leadPages } from './lead-pages.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock'> & AskedBy;

export interface Wanted {
  readonly filter: BatchFilter;
  readonly limit: number;
  /** The position where the previous page ended. */
  readonly after: string | undefined;
}

export interface FoundBatches {
  readonly headers: readonly HeaderRow[];
  /** Where to continue. Absent when there is nothing more. */
  readonly next?: string | undefined;
}

/** The most rows read for one page. Each batch shown costs one more. */
const mostRead = 1_000;

/** How many rows to check together when only few of an index's rows may match. */
const atOnce = 50;

/**
 * The first batches that match and may be seen, newest first. Reads the index with the fewest other batches, and judges
 * each batch by its own header. Returns fewer than asked for when the search would be too long.
 */
export const findBatches = async (deps: Needs, { filter, limit, after }: Wanted): Promise<FoundBatches> => {
  const headers: HeaderRow[] = [];
  const isExact = isOneDimension(filter) && deps.rights.everywhere('read');
  // Per batch: the row that leads to it, its header, and perhaps a row of its service.
  const each = isExact ? 2 : 3;
  let left = mostRead - limit;
  const size = (): number => {
    const wanted = limit - headers.length;
    return Math.max(1, Math.min(isExact ? wanted : Math.max(wanted, atOnce), Math.floor(left / each)));
  };
  for await (const { leads, read, next } of leadPages(deps, filter, { after, size })) {
    const judged = await Promise.all(leads.map(({ batch_id }) => judge(deps, filter, batch_id)));
    for (const [at, header] of judged.entries()) {
      if (header === undefined) continue;
      if (headers.length === limit) return { headers, next: leads[at - 1]!.position };
      headers.push(header);
    }
    left -= read + leads.length * (each - 1);
    if (headers.length === limit || left < each) return { headers, next };
  }
  return { headers };
};

const judge = async (deps: Needs, filter: BatchFilter, batchId: string): Promise<HeaderRow | undefined> => {
  const header = await lookForBatch(deps, batchId);
  if (header === undefined || header.expired_at !== undefined || !fitsHeader(filter, header)) return undefined;
  return (await seesAsked(deps, filter, header)) ? header : undefined;
};
