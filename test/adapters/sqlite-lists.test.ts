import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { Item } from '../../lib/domain/ports.ts';
import { describeLists } from '../contracts/lists.ts';

const folder = mkdtempSync(join(tmpdir(), 'flotilla-lists-'));
const opened: SqliteTable[] = [];
afterAll(() => {
  for (const table of opened) table.close();
  rmSync(folder, { recursive: true });
});

/** How SQLite answers each query. */
const plans = new Map<string, readonly string[]>();
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql) {
  if (sql.startsWith('SELECT') && !plans.has(sql)) {
    const steps = prepare.call(this, `EXPLAIN QUERY PLAN ${sql}`).all() as { readonly detail: string }[];
    plans.set(
      sql,
      steps.map(({ detail }) => detail),
    );
  }
  return prepare.call(this, sql);
};
afterAll(() => {
  DatabaseSync.prototype.prepare = prepare;
});

let files = 0;

/** Written by SQL directly: through the port, a hundred thousand items would take half a minute. */
const fill = async (items: Iterable<Item>): Promise<SqliteTable> => {
  const file = join(folder, `${files++}.db`);
  const table = new SqliteTable(file);
  opened.push(table);
  const database = new DatabaseSync(file);
  database.exec('BEGIN');
  const insert = database.prepare('INSERT INTO items (pk, sk, body) VALUES (?, ?, ?)');
  for (const item of items) insert.run(item.pk, item.sk, JSON.stringify(item));
  database.exec('COMMIT');
  database.close();
  return table;
};

describeLists('SqliteTable', {
  fill,
  counts: { batches: 2_000, targets: 100_000, changes: 20_000, deployments: 3_000 },
});

test('SqliteTable: no query is a scan', () => {
  expect(plans.size).toBeGreaterThan(2);
  expect([...plans.values()].flat().filter((step) => !step.startsWith('SEARCH items USING PRIMARY KEY'))).toEqual([]);
});
