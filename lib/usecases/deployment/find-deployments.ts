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

/**
 * The deployments of a planned batch that have a status, in the order of the plan, each judged by its own row. The cells of the
 * schedule, or the letters that are kept when the batch is sealed, tell where to look: of thousands the rows of a few are read.
 * They are bounded in any case, and then `next` leads on from a page that is not full.
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

/** Whether a deployment may have a status, by its cell, where there is one. */
export const mayHave = (
  header: HeaderRow,
  cells: Cells | undefined,
  { index, status }: { readonly index: number; readonly status: Status | undefined },
): boolean =>
  status === undefined ||
  cells === undefined ||
  mayHaveStatus(cells.at(index), status, isSealed(header), header.rolling_back !== undefined);

/** Rows of one page. */
export const mostRead = 1_000;

export interface Look {
  /** In the order in which they are wanted. */
  readonly candidates: readonly number[];
  readonly limit: number;
  /** Rows that may be read. */
  readonly most: number;
  /** Absent: all fit. */
  readonly fits?: (row: ItemRow | undefined, index: number) => boolean;
  /** Rows as one who asks may see them, where their words decide: else one could ask for a word until it is found. */
  readonly shown?: Sight['shown'];
}

interface Looked {
  readonly found: readonly Found[];
  /** Place among the candidates from which to look on; absent when there is no more. */
  readonly next?: number;
}

/** The first candidates that fit by their rows: as many as there may be, or as so many rows tell. */
export const lookThrough = async (deps: Needs, batchId: string, look: Look): Promise<Looked> => {
  const { candidates, limit, most, fits, shown } = look;
  const found: Found[] = [];
  let read = 0;
  for (let at = 0; at < candidates.length; ) {
    if ((fits === undefined && found.length === limit) || read >= most) return { found, next: at };
    // One more than fits tells that there is a next page; and where few fit, more are asked for together each time.
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
