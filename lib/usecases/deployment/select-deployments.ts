import {
  type DeploymentFilter,
  fitsRow,
  isPlaced,
  mayFitRow,
  namesPlace,
} from '../../domain/deployment/deployment-filter.ts';
import { asPlanned, inOrder, type Standing } from '../../domain/deployment/trouble.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { Cells } from '../../domain/schedule/cells.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';
import type { Sight } from '../grants/sight.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';
import { type Found, lookThrough, mayHave, mostRead, readCells } from './find-deployments.ts';
import { findHeldBy } from './held-by.ts';
import { inOrderOfTrouble, mostForOrder } from './trouble-order.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

export interface Wanted {
  readonly filter: DeploymentFilter;
  readonly sort: 'plan' | 'trouble';
  /** What the caller may see. */
  readonly sight: Sight;
  readonly limit: number;
  /** The position where the previous page ended. */
  readonly behind: Standing | undefined;
}

export interface Selected {
  readonly found: readonly Found[];
  /** The position of each. */
  readonly standings: readonly Standing[];
  /** The position to continue after; absent when there are no more. */
  readonly next?: Standing | undefined;
}

/**
 * A page of a planned batch's deployments that match. Sheet and cells give each deployment's place and nearly its
 * status without its row, so few rows are read unnecessarily.
 */
export const selectDeployments = async (deps: Needs, header: HeaderRow, wanted: Wanted): Promise<Selected> => {
  const { filter, sort, sight, limit, behind } = wanted;
  const { status, reason, text } = filter;
  const known = await readKnown(deps, header, wanted);
  const isCandidate = await candidatesBy(deps, header, { filter, sight, known });
  const indexes = Array.from({ length: header.total }, (_, index) => index).filter(isCandidate);
  const order = await ordered(deps, header, { sort, known, indexes });
  const standings = behind === undefined ? order : order.filter((one) => inOrder(one, behind) > 0);
  const judges = [status, reason, text].some((one) => one !== undefined);
  const fits: NonNullable<Parameters<typeof lookThrough>[2]['fits']> = (row, index) =>
    fitsRow(filter, known.sheet?.keys[index] ?? '', row);
  const { found, next } = await lookThrough(deps, header.batch_id, {
    candidates: standings.map(({ index }) => index),
    limit,
    most: sort === 'trouble' ? mostRead - mostForOrder : mostRead,
    ...(judges ? { fits } : {}),
    ...(text === undefined ? {} : { shown: sight.shown }),
  });
  const byIndex = new Map(standings.map((one) => [one.index, one]));
  return {
    found,
    standings: found.map(({ index }) => byIndex.get(index)!),
    next: next === undefined ? undefined : standings[next - 1],
  };
};

/** What is known of all deployments together, as far as needed. */
interface Known {
  readonly sheet: Sheet | undefined;
  readonly cells: Cells | undefined;
}

const readKnown = async (deps: Needs, header: HeaderRow, { filter, sort }: Wanted): Promise<Known> => {
  const { status, text, reason, held_by } = filter;
  const asksAll = sort === 'trouble' || text !== undefined || held_by !== undefined;
  const [sheet, cells] = await Promise.all([
    asksAll || namesPlace(filter) ? readKeptSheet(deps, header.batch_id) : undefined,
    asksAll || status !== undefined || reason !== undefined ? readCells(deps, header) : undefined,
  ]);
  return { sheet, cells };
};

interface Candidates {
  readonly filter: DeploymentFilter;
  readonly sight: Sight;
  readonly known: Known;
}

/** Those that may match, before their rows are read. */
const candidatesBy = async (
  deps: Needs,
  header: HeaderRow,
  { filter, sight, known: { sheet, cells } }: Candidates,
): Promise<(index: number) => boolean> => {
  const { from = 0, status, held_by: name } = filter;
  const isThere = sheet === undefined ? () => true : isPlaced(filter, sheet);
  const held = name === undefined ? undefined : await findHeldBy(deps, header, { name, sheet: sheet!, cells, sight });
  const keyOf = (index: number): string => sheet?.keys[index] ?? '';
  const mayFit = (index: number): boolean =>
    mayHave(header, cells, { index, status }) &&
    (cells === undefined || mayFitRow({ ...filter, status: undefined }, keyOf(index), cells.at(index)));
  return (index) => index >= from && sight.sees(index) && isThere(index) && held?.has(index) !== false && mayFit(index);
};

interface Ordering {
  readonly sort: Wanted['sort'];
  readonly known: Known;
  readonly indexes: readonly number[];
}

/** When their positions are unknown, all are alike. */
const ordered = async (
  deps: Needs,
  header: HeaderRow,
  { sort, known: { sheet, cells }, indexes }: Ordering,
): Promise<readonly Standing[]> =>
  sort === 'plan' || sheet === undefined || cells === undefined
    ? indexes.map(asPlanned)
    : inOrderOfTrouble(deps, header, { sheet, cells }, indexes);
