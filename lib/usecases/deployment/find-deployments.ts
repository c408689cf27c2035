import type { Status } from '../../domain/deployment/status.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, isSealed, type OutcomesRow, rowOf } from '../../domain/record/rows.ts';
import { Cells, mayHaveStatus } from '../../domain/schedule/cells.ts';
import type { Deps } from '../deps.ts';
import { readCells as readScheduled } from '../schedule/schedule-store.ts';

type Needs = Pick<Deps, 'table'>;

export interface Search {
  /** Index in the plan from which to look. */
  readonly from: number;
  readonly limit: number;
  readonly status: Status | undefined;
  /** Others are not there for who asks. Absent: all are. */
  readonly sees?: (index: number) => boolean;
}

/** A place in a plan, and its row; there is none where nothing has happened yet. */
export interface Found {
  readonly index: number;
  readonly row: ItemRow | undefined;
}

/** `next`: index from which to look on; absent when there is no more. */
export interface FoundPage {
  readonly found: readonly Found[];
  readonly next?: number;
}

/** Of one search. 10,000 rows of 3 KB are 31 queries, because DynamoDB gives 1 MB at once. */
const mostQueries = 40;
/** Indexes of one query, which gives at most so many rows. */
const span = 1000;
/** More stretches are drawn together: a query costs more than some rows that are read in vain. */
const mostStretches = 16;

/**
 * The deployments of a planned batch that have a status, in the order of the plan, each judged by its own row. The cells of the
 * schedule, or the letters that are kept when the batch is sealed, tell where to look: a few among thousands cost a few
 * queries. The work is bounded in any case, and then `next` leads on from a page that is not full.
 */
export const findDeployments = async (deps: Needs, header: HeaderRow, search: Search): Promise<FoundPage> => {
  const { limit, status, sees = () => true } = search;
  const found: Found[] = [];
  const page = (next: number): FoundPage => (next < header.total ? { found, next } : { found });
  let queries = 0;
  for await (const { from, to, rows } of lookedAt(deps, header, search)) {
    for (let index = from; index <= to; index += 1) {
      const row = rows.get(index);
      if (!sees(index) || (status !== undefined && status !== (row?.status ?? 'PENDING'))) continue;
      // One more than fits tells that there is a next page.
      if (found.length === limit) return page(index);
      found.push({ index, row });
    }
    queries += 1;
    if (queries === mostQueries) return page(to + 1);
  }
  return status === undefined && search.sees === undefined ? page(search.from + limit) : { found };
};

/** Query by query, as far as somebody wants to know. */
async function* lookedAt(
  { table }: Needs,
  header: HeaderRow,
  search: Search,
): AsyncGenerator<Stretch & { readonly rows: ReadonlyMap<number, ItemRow> }> {
  // The first one is as long as a page and the one more, which is enough where all have that status.
  let length = Math.min(span, search.limit + 1);
  for (const stretch of await stretchesOf({ table }, header, search)) {
    for (let { from } = stretch; from <= stretch.to; ) {
      const end = Math.min(stretch.to, from + length - 1);
      const looked = await readItems({ table }, header.batch_id, { from, to: end });
      yield { from, ...looked };
      from = looked.to + 1;
      length = span;
    }
  }
}

interface Stretch {
  readonly from: number;
  /** Included. */
  readonly to: number;
}

const stretchesOf = async (
  { table }: Needs,
  header: HeaderRow,
  { from, limit, status, sees }: Search,
): Promise<readonly Stretch[]> => {
  const last = header.total - 1;
  const isAll = sees === undefined;
  if (status === undefined && isAll) return [{ from, to: Math.min(last, from + limit - 1) }];
  const cells = status === undefined ? undefined : await readCells({ table }, header);
  if (cells === undefined && isAll) return [{ from, to: last }];
  const sealed = isSealed(header);
  const candidates: number[] = [];
  for (let index = from; index <= last; index += 1) {
    const mayFit =
      cells === undefined || mayHaveStatus(cells.at(index), status!, sealed, header.rolling_back !== undefined);
    if (mayFit && (isAll || sees(index))) candidates.push(index);
  }
  return drawnTogether(candidates);
};

const drawnTogether = (candidates: readonly number[]): readonly Stretch[] => {
  for (let gap = 8; ; gap *= 2) {
    const stretches: { from: number; to: number }[] = [];
    for (const index of candidates) {
      const last = stretches.at(-1);
      if (last !== undefined && index - last.to <= gap) last.to = index;
      else stretches.push({ from: index, to: index });
    }
    if (stretches.length <= mostStretches) return stretches;
  }
};

/** Where each stands. Absent before the dispatcher has taken the batch up, and of a batch that was sealed before outcomes were kept. */
export const readCells = async ({ table }: Needs, header: HeaderRow): Promise<Cells | undefined> => {
  const { batch_id, total } = header;
  const cells = isSealed(header) ? await readOutcomes(table, batch_id) : await readScheduled(table, batch_id);
  return cells?.length === total ? cells : undefined;
};

const readOutcomes = async (table: Needs['table'], batchId: string): Promise<Cells | undefined> => {
  const outcomes = rowOf<OutcomesRow>(await table.get(keys.outcomes(batchId)));
  return outcomes && Cells.fromPages([outcomes.cells]);
};

/** One query. It tells about all up to `to`, which is the end of the stretch unless the rows are large. */
const readItems = async ({ table }: Needs, batchId: string, { from, to }: Stretch) => {
  const { pk, sk } = keys.item(batchId, from);
  const page = await table.query({ pk, from: sk, to: keys.item(batchId, to).sk, limit: span });
  const items = page.items.map((item) => rowOf<ItemRow>(item)!);
  const rows: ReadonlyMap<number, ItemRow> = new Map(items.map((row) => [row.index, row]));
  return { rows, to: page.next === undefined ? to : (items.at(-1)?.index ?? to) };
};
