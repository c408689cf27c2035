import type { Batch } from '../../domain/batch/batch.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { Verb } from '../../domain/grants/grant.ts';
import { describePlaces, placesOf, type Reach, reachOf } from '../../domain/grants/reach.ts';
import type { Query } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { kept, lookForBatch, wholeBatchNotFound } from '../batch/find-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { KeptDocuments } from '../record/kept-documents.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

/**
 * Finds a batch's header by its whole id. Throws BatchNotFound, also if the caller may see none of its deployments, or
 * RecordExpired.
 */
export const findSeenBatch = async (deps: Needs, batchId: string): Promise<HeaderRow> => {
  const header = await lookForBatch(deps, batchId);
  if (header === undefined || !(await isSeen(deps, header))) throw wholeBatchNotFound(batchId);
  return kept(header);
};

export const isSeen = async (deps: Needs, header: HeaderRow): Promise<boolean> =>
  deps.rights.everywhere('read') || deps.rights.seesSome(await readReach(deps, header));

/** How much of a batch the caller may see; undefined if nothing. Reads nothing for a caller who may see all batches. */
export const seenPart = async (deps: Needs, batchId: string): Promise<'whole' | 'part' | undefined> => {
  if (deps.rights.everywhere('read')) return 'whole';
  const header = await lookForBatch(deps, batchId);
  if (header === undefined) return undefined;
  const reach = await readReach(deps, header);
  if (!deps.rights.seesSome(reach)) return undefined;
  return deps.rights.refused('read', reach).length === 0 ? 'whole' : 'part';
};

interface Look {
  /** A query for rows whose sort key is a batch id. */
  readonly query: Omit<Query, 'limit' | 'after'>;
  readonly limit: number;
  readonly after?: string | undefined;
  readonly mostLookedThrough: number;
  /** Other batches are skipped. */
  readonly only?: (header: HeaderRow) => boolean;
}

export interface SeenBatches {
  readonly headers: readonly HeaderRow[];
  /** The id to continue after; absent when there is nothing more. */
  readonly next?: string | undefined;
}

/** The first batches that the caller may see. Fewer than the limit when the search would be too long. */
export const findSeenBatches = async (
  deps: Needs,
  { query, limit, after, mostLookedThrough, only = () => true }: Look,
): Promise<SeenBatches> => {
  const headers: HeaderRow[] = [];
  const isAll = deps.rights.everywhere('read');
  let next = after;
  for (let looked = 0; looked < mostLookedThrough; ) {
    const atOnce = isAll ? limit - headers.length : Math.max(limit, 50);
    const page = await deps.table.query({ ...query, limit: atOnce, ...(next === undefined ? {} : { after: next }) });
    const seen = await Promise.all(page.items.map(({ sk }) => lookForSeen(deps, sk)));
    for (const [at, header] of seen.entries()) {
      // Finding one more than fits shows that there is a next page.
      const fits = header !== undefined && only(header);
      if (fits && headers.length === limit) return { headers, next };
      if (fits) headers.push(header);
      next = page.items[at]!.sk;
    }
    looked += page.items.length;
    if (page.next === undefined) return { headers };
    if (isAll && headers.length === limit) break;
  }
  return { headers, next };
};

const lookForSeen = async (deps: Needs, batchId: string): Promise<HeaderRow | undefined> => {
  const header = await lookForBatch(deps, batchId);
  if (header === undefined || header.expired_at !== undefined) return undefined;
  return (await isSeen(deps, header)) ? header : undefined;
};

/** Refuses unless the caller may do this with every deployment of a batch they can see. */
export const checkWholeBatch = async (deps: Needs, header: HeaderRow, verb: Verb): Promise<void> => {
  if (deps.rights.everywhere(verb)) return;
  const refused = deps.rights.refused(verb, await readReach(deps, header));
  if (refused.length === 0) return;
  const seen = refused.filter((place) => deps.rights.may('read', place));
  const what = seen.length === 0 ? 'deployments that you may not see' : describePlaces(seen);
  throw new FlotillaError('Forbidden', `No grant lets you ${verb} all of batch ${header.batch_id}: it has ${what}.`);
};

/** A table item has room for this many places. For a larger batch they are read from its document. */
const mostKept = 100;

/** The part of a header that says where its deployments belong. */
export const keptReach = (deployments: Parameters<typeof reachOf>[0]): Pick<HeaderRow, 'reach'> => {
  const reach = reachOf(deployments);
  return placesOf(reach).length > mostKept ? {} : { reach };
};

/** Small, and it never changes for a batch. */
const reaches = /* @__PURE__ */ new KeptDocuments(500, ({ deployments }: Batch): Reach => reachOf(deployments));

/** The places of a batch's deployments. Headers of earlier versions don't hold them. */
export const readReach = async (
  { documents }: Pick<Deps, 'documents'>,
  { reach, batch_id, expired_at }: HeaderRow,
): Promise<Reach> => {
  if (reach !== undefined) return reach;
  // There were too many places to keep, and the document has expired. Only callers who may see all batches see it.
  return expired_at === undefined ? reaches.read(documents, documentPaths.batch(batch_id)) : {};
};
