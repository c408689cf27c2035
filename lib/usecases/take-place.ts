import { FlotillaError, isFlotillaError } from '../domain/errors.ts';
import type { Condition, Table, Write } from '../domain/ports.ts';
import { rowOf } from '../domain/record/rows.ts';
import type { Deps } from './deps.ts';
import { retryConflict } from './retry-conflict.ts';

/** Who has a place, and until when at the latest. */
export interface PlaceRow {
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly ends_at: number;
}

export interface Places {
  readonly pk: string;
  /** Before the number of a place. */
  readonly prefix: string;
  readonly most: number;
}

export type Placed<Row extends PlaceRow> = Row & { readonly place: number };

/** Those that are taken now. Of an ended one the row may still be there. */
export const takenPlaces = async <Row extends PlaceRow>(
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  places: Places,
): Promise<readonly Placed<Row>[]> => {
  const rows = await readPlaces<Row>(table, places);
  return rows.filter(({ ends_at }) => clock.now() < ends_at);
};

/**
 * Takes one of a counted number of places, each of which is over by itself; two who come at once do not get the same. `take` makes
 * the write of a place that is free. Undefined where one was taken, else how many milliseconds it takes until the first is free.
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
    // Any of them: those who come at once would all want the first.
    const chosen = free[Math.floor(deps.random.next() * free.length)];
    if (chosen === undefined) return Math.min(...all.map((place) => rows.get(place)!.ends_at)) - now;
    const before = rows.get(chosen);
    const when = before === undefined ? { exists: false } : { equals: { holder: before.holder } };
    await deps.table.transact([await take(chosen, when)]);
    return undefined;
  }).catch((error: unknown) => {
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
    throw new FlotillaError('TableBusy', 'too many came at once for the places that were free', {}, error);
  });

const readPlaces = async <Row extends PlaceRow>(
  table: Table,
  { pk, prefix, most }: Places,
): Promise<readonly Placed<Row>[]> => {
  const { items } = await table.query({ pk, prefix, limit: most });
  return items.map((item) => ({ ...rowOf<Row>(item)!, place: Number(item.sk.slice(prefix.length)) }));
};
