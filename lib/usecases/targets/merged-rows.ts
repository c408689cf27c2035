import { partsOf } from '../../domain/parts-of.ts';
import type { Item, Query } from '../../domain/ports.ts';
import type { Deps } from '../deps.ts';

/** The reads left for one page. A query that finds nothing counts as one: it costs as much. */
export class Reads {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  add(rows: number): void {
    this.#left -= Math.max(1, rows);
  }

  /** Reserves this many reads, or what is left. Reads not used are given back. */
  reserve(rows: number): number {
    const reserved = Math.max(0, Math.min(rows, this.#left));
    this.#left -= reserved;
    return reserved;
  }

  giveBack(rows: number): void {
    this.#left += rows;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }
}

/** One of several lists to merge, newest first. Their sort keys share one order. */
export interface Source {
  /** All rows still to come have smaller sort keys. Undefined when there are none. */
  readonly bound: string | undefined;
  pull(): Promise<readonly Item[]>;
}

interface List {
  readonly source: Source;
  rows: readonly Item[];
}

/** Greater than every sort key. */
export const highest = '\u{10ffff}';

/** The most concurrent queries. */
const pullsAtOnce = 50;

/** Merges several lists into one, newest first. Reads nothing from a list before it may have the next row. */
export class MergedRows {
  readonly #lists: readonly List[];
  readonly #reads: Reads;
  #position: string | undefined;
  #isCut = false;

  constructor(sources: readonly Source[], reads: Reads) {
    this.#lists = sources.map((source) => ({ source, rows: [] }));
    this.#reads = reads;
  }

  /** All rows not yet taken have smaller sort keys. Undefined before anything was taken. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Continuing would need more reads than allowed. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** The next row. Undefined at the end, or when the reads are used up. */
  async peek(): Promise<Item | undefined> {
    for (;;) {
      const head = this.#head()?.rows[0];
      const wanting = this.#lists.filter(
        ({ rows, source: { bound } }) => rows.length === 0 && bound !== undefined && bound > (head?.sk ?? ''),
      );
      if (wanting.length === 0) return head;
      if (this.#reads.isSpent) {
        this.#isCut = true;
        this.#position = wanting.map(({ source }) => source.bound!).reduce((a, b) => (a > b ? a : b));
        return undefined;
      }
      for (const some of partsOf(wanting, pullsAtOnce)) {
        await Promise.all(
          some.map(async (list) => {
            list.rows = await list.source.pull();
          }),
        );
      }
    }
  }

  /** Moves past the row that `peek` returned. */
  take(): void {
    const list = this.#head();
    if (list === undefined) return;
    this.#position = list.rows[0]!.sk;
    list.rows = list.rows.slice(1);
  }

  #head(): List | undefined {
    let newest: List | undefined;
    for (const list of this.#lists) {
      if (list.rows.length > 0 && (newest === undefined || list.rows[0]!.sk > newest.rows[0]!.sk)) newest = list;
    }
    return newest;
  }
}

/** The most rows that one query returns. */
const mostAtOnce = 1_000;

interface Reading {
  readonly query: Pick<Query, 'pk' | 'prefix' | 'from'>;
  /** Only smaller keys are read. */
  readonly below: string;
  readonly atOnce: number;
  readonly reads: Reads;
}

/** One partition, or the part of it that a query names. */
export const rowsOfPartition = ({ table }: Pick<Deps, 'table'>, { query, below, atOnce, reads }: Reading): Source => {
  let bound: string | undefined = below;
  let next = Math.min(atOnce, mostAtOnce);
  return {
    get bound() {
      return bound;
    },
    pull: async () => {
      const limit = reads.reserve(next);
      // The other lists use all reads that are left for now.
      if (limit === 0) return [];
      const page = await table.query({ ...query, limit, newestFirst: true, after: bound! });
      reads.giveBack(limit - Math.max(1, page.items.length));
      // A repeated pull may be looking for few among many.
      next = Math.min(next * 2, mostAtOnce);
      bound = page.next;
      return page.items;
    },
  };
};

/**
 * Several partitions in sequence, newest first. Each has a key greater than all of its own, after which none of its
 * rows is read.
 */
export const rowsOfPartitions = (
  deps: Pick<Deps, 'table'>,
  parts: readonly { readonly query: Reading['query']; readonly end: string }[],
  { below, ...rest }: Omit<Reading, 'query'>,
): Source => {
  let at = 0;
  const sourceAt = (place: number): Source | undefined => {
    const part = parts[place];
    return part && rowsOfPartition(deps, { query: part.query, below: part.end < below ? part.end : below, ...rest });
  };
  let source = sourceAt(at);
  return {
    get bound() {
      return source?.bound;
    },
    pull: async () => {
      const rows = await source!.pull();
      if (source!.bound === undefined) {
        at += 1;
        source = sourceAt(at);
      }
      return rows;
    },
  };
};
