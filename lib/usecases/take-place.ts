import { FlotillaError, isFlotillaError } from '../domain/errors.ts';
import type { Condition, Table, Write } from '../domain/ports.ts';
import { rowOf } from '../domain/record/rows.ts';
import type { Deps } from './deps.ts';
import { retryConflict } from './retry-conflict.ts';

/** A taken place: whose it is, and when it ends at the latest. */
export interface PlaceRow {
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly ends_at: number;
}

export interface Places {
  readonly pk: string;
  /** Comes before the number of a place. */
  readonly prefix: string;
  readonly most: number;
}

export type Placed<Row extends PlaceRow> = Row & { readonly place: number };

/** The places taken now. The row of an ended one may still exist. */
export const takenPlaces = async <Row extends PlaceRow>(
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  places: Places,
): Promise<readonly Placed<Row>[]> => {
  const rows = await readPlaces<Row>(table, places);
  return rows.filter(({ ends_at }) => clock.now() < ends_at);
};

/**
 * Takes one of a fixed number of places. Each place ends by itself. Two callers at once never get the same one. `take`
 * makes the write for a free place. Returns undefined when one was taken, else the milliseconds until the first is
 * free.
 */
export const takePlace = async (
  deps: Pick<Deps, 'table' | 'clock' | 'random'>,
  places: Places,
  take: (place: number, when: Condition) => Promise<Write>,
): Promise<number | undefined> =>
  retryConflict(deps, async () => {
    const now = deps.clock.now();
    const rows = new Map((await readPlaces(deps.table, places)).map((row) => [row.place, row]));
    const all = Array.from({ length: places.most }, (_, place) => place);
    const free = all.filter((place) => (rows.get(place)?.ends_at ?? 0) <= now);
    // Any of them: callers at the same moment would all want the first.
    const chosen = free[Math.floor(deps.random.next() * free.length)];
    if (chosen === undefined) return Math.min(...all.map((place) => rows.get(place)!.ends_at)) - now;
    const before = rows.get(chosen);
    const when = before === undefined ? { exists: false } : { equals: { holder: before.holder } };
    await deps.table.transact([await take(chosen, when)]);
    return undefined;
  }).catch((error: unknown) => {
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
    throw new FlotillaError('TableBusy', 'too many requests at once for the free places', {}, error);
  });

const readPlaces = async <Row extends PlaceRow>(
  table: Table,
  { pk, prefix, most }: Places,
): Promise<readonly Placed<Row>[]> => {
  const { items } = await table.query({ pk, prefix, limit: most });
  return items.map((item) => ({ ...rowOf<Row>(item)!, place: Number(item.sk.slice(prefix.length)) }));
};
