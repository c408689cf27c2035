import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { type Status, statuses } from '../../../lib/domain/deployment/status.ts';
import type { Query, Table } from '../../../lib/domain/ports.ts';
import { pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../../lib/domain/record/rows.ts';
import { type Cell, Cells, pageSize, settledBy } from '../../../lib/domain/schedule/cells.ts';
import { findDeployments } from '../../../lib/usecases/deployment/find-deployments.ts';

/**
 * What a cell may say while a row says something else: it lags, a refused deployment may have ended otherwise, and
 * UNKNOWN is replaced.
 */
const cellsOf: Readonly<Record<Status, readonly Cell[]>> = {
  PENDING: [0, 3, 'K', 'C'],
  PROCESSING: ['G'],
  SUCCESS: ['S', 'G', 'U'],
  FAILED: ['F', 'G', 'U', 0, 'K'],
  UNKNOWN: ['U', 'G', 0, 'C'],
  SKIPPED: ['K', 0],
  CANCELLED: ['C', 'K', 'G', 0],
  ROLLBACK: ['R'],
};

interface Batch {
  readonly list: readonly Status[];
  readonly hints: 'none' | 'cells' | 'outcomes';
  /** Rows that the table gives at once. */
  readonly rowsAtOnce?: number;
  /** Which of the cells a status may have; without it, the one with the same status. */
  readonly variant?: number;
}

const hintWrites = ({ list, hints, variant }: Batch) => {
  const cells = Cells.waitingFor(list.map(() => 0));
  list.forEach((status, index) => {
    const may =
      hints === 'cells' ? cellsOf[status] : [settledBy(status), status === 'FAILED' ? 'U' : settledBy(status)];
    cells.set(index, may[variant === undefined ? 0 : (variant + index) % may.length] as Cell);
  });
  const pages = Array.from({ length: cells.pages }, (_, page) => cells.page(page));
  return hints === 'cells'
    ? pages.map((text, page) => ({ put: itemOf(keys.schedulePage('B', page), { cells: text }) }))
    : [{ put: itemOf(keys.outcomes('B'), { cells: pages.join('') }) }];
};

const makeBatch = async (batch: Batch) => {
  const { list, hints, rowsAtOnce = 1000 } = batch;
  const sqlite = new SqliteTable(':memory:');
  const rows = list.flatMap((status, index) =>
    status === 'PENDING'
      ? []
      : [itemOf(keys.item('B', index), { ...pendingItem('B', index, `k${index}`), status, seq: 1 })],
  );
  for (let at = 0; at < rows.length; at += 100) {
    await sqlite.transact(rows.slice(at, at + 100).map((put) => ({ put })));
  }
  if (hints !== 'none') await sqlite.transact(hintWrites(batch));
  const asked: Pick<Query, 'pk' | 'from' | 'to'>[] = [];
  const table: Table = {
    get: (key) => {
      if (key.sk.startsWith('ITEM#')) asked.push({ pk: key.pk, from: key.sk, to: key.sk });
      return sqlite.get(key);
    },
    transact: (writes) => sqlite.transact(writes),
    synced: () => sqlite.synced(),
    query: (query) => {
      asked.push(query);
      return sqlite.query({
        ...query,
        limit: query.pk.startsWith('BATCH#') ? Math.min(query.limit, rowsAtOnce) : query.limit,
      });
    },
  };
  const header = { batch_id: 'B', total: list.length, ...(hints === 'cells' ? {} : { ended_at: 1 }) } as HeaderRow;
  const find = async (status: Status | undefined, limit: number, from = 0) => {
    asked.length = 0;
    const { found, next } = await findDeployments({ table }, header, { from, limit, status });
    return { indexes: found.map(({ index }) => index), next, queries: [...asked] };
  };
  return { find };
};

const everyPage = async (
  { find }: Awaited<ReturnType<typeof makeBatch>>,
  status: Status | undefined,
  limit: number,
) => {
  const pages: (readonly number[])[] = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const { indexes, next } = await find(status, limit, from);
    pages.push(indexes);
    if (next !== undefined) expect(next).toBeGreaterThan(from);
    from = next;
  }
  return pages;
};

const indexesOf = (list: readonly Status[], status: Status | undefined): readonly number[] =>
  list.flatMap((one, index) => (status === undefined || one === status ? [index] : []));

describe('the few among thousands', () => {
  const total = 10_000;
  const at = [17, 2_500, 2_501, 6_000, 9_998, 9_999];
  const among = (other: Status): readonly Status[] =>
    Array.from({ length: total }, (_, index) => (at.includes(index) ? 'UNKNOWN' : other));

  test.each([
    { what: 'a sealed batch', hints: 'outcomes', other: 'SUCCESS', most: 6 },
    { what: 'one in work, of those that are done', hints: 'cells', other: 'SUCCESS', most: 7 },
    { what: 'one in work, of those that wait', hints: 'cells', other: 'PENDING', most: 16 },
  ] as const)('are in the first page: $what', async ({ hints, other, most }) => {
    const { find } = await makeBatch({ list: among(other), hints });
    const { indexes, next, queries } = await find('UNKNOWN', 20);
    expect(indexes).toEqual(at);
    expect(next).toBeUndefined();
    expect(queries.length).toBeLessThanOrEqual(most);
  });
});

test('reads the rows of scattered matches, and none between them', async () => {
  const list = Array.from({ length: 10_000 }, (_, index): Status => (index % 100 === 7 ? 'FAILED' : 'SUCCESS'));
  const { find } = await makeBatch({ list, hints: 'outcomes' });
  const { indexes, queries } = await find('FAILED', 1000);
  expect(indexes).toEqual(indexesOf(list, 'FAILED'));
  expect(queries.map(({ from, to }) => [from, to])).toEqual(
    indexes.map((index) => [keys.item('B', index).sk, keys.item('B', index).sk]),
  );
});

test('reads little where the first page is full', async () => {
  const { find } = await makeBatch({ list: Array.from({ length: 3_000 }, () => 'SUCCESS'), hints: 'outcomes' });
  expect(await find('SUCCESS', 20)).toMatchObject({ next: 20, queries: [{}] });
  expect(await find('SUCCESS', 20, 2_980)).toMatchObject({ next: undefined, queries: [{}] });
  expect(await find(undefined, 20)).toMatchObject({ next: 20, queries: [{}] });
  expect(await find(undefined, 20, 2_980)).toMatchObject({ next: undefined, queries: [{}] });
});

test('asks for neighbours together', async () => {
  const failed = [5, 6, 7, 9, 20, 21];
  const list = Array.from({ length: 400 }, (_, index): Status => (failed.includes(index) ? 'FAILED' : 'SUCCESS'));
  const { queries, indexes } = await (await makeBatch({ list, hints: 'outcomes' })).find('FAILED', 400);
  expect(indexes).toEqual(failed);
  const asked = [
    [5, 7],
    [9, 9],
    [20, 21],
  ] as const;
  expect(queries.map(({ from, to }) => [from, to])).toEqual(
    asked.map(([from, to]) => [keys.item('B', from).sk, keys.item('B', to).sk]),
  );
});

test('finds nothing behind the last one', async () => {
  const batch = await makeBatch({ list: ['SUCCESS', 'FAILED'], hints: 'outcomes' });
  for (const status of [undefined, 'SUCCESS'] as const)
    expect(await batch.find(status, 20, 2)).toEqual({ indexes: [], next: undefined, queries: [] });
});

test('asks nothing for a status that no deployment of a sealed batch has', async () => {
  const list = Array.from({ length: pageSize }, (): Status => 'SUCCESS');
  expect(await (await makeBatch({ list, hints: 'outcomes' })).find('FAILED', 20)).toEqual({
    indexes: [],
    next: undefined,
    queries: [],
  });
});

test('reads at most a thousand rows for a page, and the next page goes on from there', async () => {
  const list = Array.from({ length: 2_500 }, (_, index): Status => (index === 2_450 ? 'UNKNOWN' : 'SUCCESS'));
  const batch = await makeBatch({ list, hints: 'none', rowsAtOnce: 300 });
  expect(await batch.find('UNKNOWN', 20)).toMatchObject({ indexes: [], next: 1_000 });
  expect(await everyPage(batch, 'UNKNOWN', 20)).toEqual([[], [], [2_450]]);
});

test('gives each deployment of a status once and in order, and every page but the last is full', async () => {
  const anyStatus = fc.constantFrom(...statuses);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        list: fc.array(anyStatus, { minLength: 1, maxLength: 60 }),
        hints: fc.constantFrom('none' as const, 'cells' as const, 'outcomes' as const),
        rowsAtOnce: fc.integer({ min: 3, max: 70 }),
        variant: fc.nat(9),
      }),
      fc.option(anyStatus, { nil: undefined }),
      fc.integer({ min: 1, max: 20 }),
      async ({ list, ...batch }, status, limit) => {
        const isOpen = (one: Status): boolean => one === 'PENDING' || one === 'PROCESSING';
        const fitting = batch.hints === 'outcomes' ? list.filter((one) => !isOpen(one)) : list;
        if (fitting.length === 0) return;
        const pages = await everyPage(await makeBatch({ list: fitting, ...batch }), status, limit);
        expect(pages.flat()).toEqual(indexesOf(fitting, status));
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
        if (pages.length > 1) expect(pages.at(-1)!.length).toBeGreaterThan(0);
      },
    ),
  );
});
