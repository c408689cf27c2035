import type { Status } from '../../domain/deployment/status.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, isSealed, type OutcomesRow, rowOf } from '../../domain/record/rows.ts';
import { Cells, mayHaveStatus } from '../../domain/schedule/cells.ts';
import type { Deps } from '../deps.ts';
import type { Sight } from '../grants/sight.ts';
import { readCells as readScheduled } from '../schedule/schedule-store.ts';
import { readItems } from './read-items.ts';

type Needs = Pick<Deps, 'table'>;

export interface Search {
  /** Index in the plan to start from. */
  readonly from: number;
  readonly limit: number;
  readonly status: Status | undefined;
  /** Which deployments the caller may see. Absent: all. */
  readonly sees?: (index: number) => boolean;
}

/** A plan index and its row. There is no row until something has happened. */
export interface Found {
  readonly index: number;
  readonly row: ItemRow | undefined;
}

/** `next`: the index to continue from; absent when there are no more. */
export interface FoundPage {
  readonly found: readonly Found[];
  readonly next?: number;
}

/**
 * The deployments of a planned batch with a given status, in plan order, each judged by its own row. The scheduler's
 * cells say where to look; after the batch is sealed, the letters kept then do. So only a few rows among thousands are
 * read. Reads are limited in any case, and `next` then continues from a page that isn't full.
 */
export const findDeployments = async (deps: Needs, header: HeaderRow, search: Search): Promise<FoundPage> => {
  const { from, limit, status, sees = () => true } = search;
  const cells = status === undefined ? undefined : await readCells(deps, header);
  const candidates: number[] = [];
  for (let index = from; index < header.total; index += 1) {
    if (mayHave(header, cells, { index, status }) && sees(index)) candidates.push(index);
  }
  const fits = (row: ItemRow | undefined): boolean => status === undefined || status === (row?.status ?? 'PENDING');
  const { found, next } = await lookThrough(deps, header.batch_id, {
    candidates,
    limit,
    most: mostRead,
    ...(status === undefined ? {} : { fits }),
  });
  return { found, ...(next === undefined ? {} : { next: candidates[next]! }) };
};

/** Whether a deployment may have a status, judged by its cell if there is one. */
export const mayHave = (
  header: HeaderRow,
  cells: Cells | undefined,
  { index, status }: { readonly index: number; readonly status: Status | undefined },
): boolean =>
  status === undefined ||
  cells === undefined ||
  mayHaveStatus(cells.at(index), status, isSealed(header), header.rolling_back !== undefined);

/** The most rows read for one page. */
export const mostRead = 1_000;

export interface Look {
  /** In the wanted order. */
  readonly candidates: readonly number[];
  readonly limit: number;
  /** The most rows to read. */
  readonly most: number;
  /** Absent: all fit. */
  readonly fits?: (row: ItemRow | undefined, index: number) => boolean;
  /**
   * Hides parts of a row from the caller before `fits` sees it. Otherwise one could search for a hidden word until it
   * is found.
   */
  readonly shown?: Sight['shown'];
}

interface Looked {
  readonly found: readonly Found[];
  /** The position among the candidates to continue from; absent when there are no more. */
  readonly next?: number;
}

/** The first candidates whose rows fit, up to the limit or as far as the allowed reads reach. */
export const lookThrough = async (deps: Needs, batchId: string, look: Look): Promise<Looked> => {
  const { candidates, limit, most, fits, shown } = look;
  const found: Found[] = [];
  let read = 0;
  for (let at = 0; at < candidates.length; ) {
    if ((fits === undefined && found.length === limit) || read >= most) return { found, next: at };
    // One more than fits shows that there is a next page. If few fit, each round reads more rows.
    const wanted = fits === undefined ? limit - found.length : Math.max(limit + 1, 4 * at);
    const some = candidates.slice(at, at + Math.min(wanted, most - read));
    const items = await readItems(deps, batchId, some);
    read += items.read;
    const told = shown === undefined ? items.rows : new Map(await shown([...items.rows]));
    for (const [offset, index] of some.entries()) {
      if (fits !== undefined && !fits(told.get(index), index)) continue;
      if (found.length === limit) return { found, next: at + offset };
      found.push({ index, row: items.rows.get(index) });
    }
    at += some.length;
  }
  return { found };
};

/**
 * Each deployment's cell. Absent before the dispatcher has started with the batch, and for batches sealed before
 * outcomes were kept.
 */
export const readCells = async ({ table }: Needs, header: HeaderRow): Promise<Cells | undefined> => {
  const { batch_id, total } = header;
  const cells = isSealed(header) ? await readOutcomes(table, batch_id) : await readScheduled(table, batch_id);
  return cells?.length === total ? cells : undefined;
};

const readOutcomes = async (table: Needs['table'], batchId: string): Promise<Cells | undefined> => {
  const outcomes = rowOf<OutcomesRow>(await table.get(keys.outcomes(batchId)));
  return outcomes && Cells.fromPages([outcomes.cells]);
};
