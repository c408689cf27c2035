import { beforeAll, describe, expect, it } from 'vitest';
import { create } from '../../functions/api.ts';
import type { Item, Table } from '../../lib/domain/ports.ts';
import { callApi } from '../functions/api-call.ts';
import { makeWorld } from '../usecases/batch/api-world.ts';
import { type Listing, listedAt, listings } from './list-cases.ts';

/** The data for lists: a table of its own for each kind of item, and how many of them. */
export interface ListsUnderTest {
  readonly fill: (items: Iterable<Item>) => Promise<Table>;
  readonly counts: Readonly<Record<keyof typeof listings, number>>;
}

/** A table that counts its reads: an item is a row, and so is a missing one that was requested. */
class CountedTable implements Table {
  rows = 0;
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  get: Table['get'] = (key) => {
    this.rows += 1;
    return this.#table.get(key);
  };

  query: Table['query'] = async (query) => {
    const page = await this.#table.query(query);
    this.rows += page.items.length;
    return page;
  };

  transact: Table['transact'] = (writes) => this.#table.transact(writes);
  synced: Table['synced'] = () => this.#table.synced();
}

/** Requests the pages of a list in turn. */
const mostPages = 4;

export const describeLists = (name: string, { fill, counts }: ListsUnderTest): void => {
  const kinds = Object.entries(listings) as [keyof typeof listings, Listing][];
  describe.each(kinds)(`${name}: a page of %s`, (kind, { items, documents, cases }) => {
    const count = counts[kind];
    let api: ReturnType<typeof create>;
    let table: CountedTable;
    beforeAll(async () => {
      const world = makeWorld();
      world.clock.time = listedAt;
      table = new CountedTable(await fill(items(count)));
      for (const [path, text] of Object.entries(documents?.(count) ?? {})) await world.documents.put(path, text);
      api = create({ ...world.deps, table });
    });

    it.each(cases)(`$path reads few rows of ${count}`, async ({ path, reads, finds }) => {
      for (const limit of [7, 100]) {
        for (let [page, after] = [0, '']; page < mostPages; page += 1) {
          table.rows = 0;
          const { status, body } = await callApi(api, 'GET', `${path}&limit=${limit}${after}`);
          expect([status, body.detail]).toEqual([200, undefined]);
          const shown = (
            body.batches ??
            body.targets ??
            body.deployments ??
            body.changes ??
            body.releases ??
            body.differences
          ).length;
          expect(table.rows, `page ${page} of ${limit}, which shows ${shown}`).toBeLessThanOrEqual(reads(shown));
          if (page === 0 && finds) expect(shown).toBeGreaterThan(0);
          if (body.next_after === undefined) break;
          after = `&after=${encodeURIComponent(body.next_after)}`;
        }
      }
    });
  });
};
