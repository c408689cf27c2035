import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Condition, Item, Key, Page, Query, Table, Write } from '../domain/ports.ts';
import { type Disk, realDisk } from './disk.ts';
import { WalSync } from './group-sync.ts';
import { restOf, type SortKeyRange } from './sort-key-range.ts';
import { checkKey, checkQuery, checkSize, checkWrites, conditionFailed, keyOf, tableBusy } from './table-limits.ts';
import { beginOf, billedBytes, type OnUse, useOfRead, useOfWrites } from './table-use.ts';

/** One change of a followed partition, as a DynamoDB stream has it. A write without effect produces none. */
export interface Change {
  /** Grows with every change and is never reused. */
  readonly sequence: number;
  readonly kind: 'insert' | 'modify' | 'remove';
  readonly key: Key;
  /** The new item; absent when it was removed. */
  readonly item?: Item;
}

export interface SqliteTableOptions {
  /** Only changes of these partitions are logged. */
  readonly follow?: (pk: string) => boolean;
  readonly onUse?: OnUse;
  /** How long a transaction waits for another process before it throws TableBusy. It blocks the whole process. */
  readonly busyMilliseconds?: number;
  readonly disk?: Disk;
}

/** WITHOUT ROWID keeps a partition's items together, ordered by sort key. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS items (
    pk TEXT NOT NULL, sk TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (pk, sk)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL, body TEXT
  ) STRICT;
`;

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

const translate = (error: unknown): unknown => {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === SQLITE_BUSY || code === SQLITE_LOCKED ? tableBusy('another process writes to it', error) : error;
};

const equals = (stored: Json | undefined, expected: Json): boolean =>
  typeof expected === 'object' && expected !== null
    ? isDeepStrictEqual(stored, JSON.parse(JSON.stringify(expected)))
    : stored === expected;

const holds = (condition: Condition, item: Item | undefined): boolean => {
  if (condition.exists !== undefined && condition.exists !== (item !== undefined)) return false;
  const has = (name: string): boolean => item !== undefined && Object.hasOwn(item, name);
  return (
    Object.entries(condition.equals ?? {}).every(([name, expected]) => equals(item?.[name], expected)) &&
    !condition.missing?.some(has)
  );
};

const updated = (key: Key, before: Item | undefined, set: JsonObject, remove: readonly string[]): Item => {
  const after: Record<string, Json> = { ...before, ...set, pk: key.pk, sk: key.sk };
  for (const name of remove) delete after[name];
  return after as Item;
};

/** The item after a write; `undefined` for none. */
const bodyAfter = (write: Write, before: Item | undefined, stored: string | undefined): string | undefined => {
  if ('put' in write) return JSON.stringify(write.put);
  if ('update' in write) return JSON.stringify(updated(write.update, before, write.set ?? {}, write.remove ?? []));
  return 'check' in write ? stored : undefined;
};

/** Whether two bodies are equal, ignoring the order of names. */
const isSame = (one: string | undefined, other: string | undefined): boolean =>
  one === other ||
  (one !== undefined && one.length === other?.length && isDeepStrictEqual(JSON.parse(one), JSON.parse(other)));

const kindOf = (before: string | undefined, after: string | undefined): Change['kind'] => {
  if (after === undefined) return 'remove';
  return before === undefined ? 'insert' : 'modify';
};

const billedSize = (body: string | undefined): number => (body === undefined ? 0 : billedBytes(JSON.parse(body)));

const clausesOf = ({ low, high }: SortKeyRange): readonly string[] => [
  'pk = ?',
  ...(low ? [low.open ? 'sk > ?' : 'sk >= ?'] : []),
  ...(high ? [high.open ? 'sk < ?' : 'sk <= ?'] : []),
];

interface ItemRow {
  readonly body: string;
}

interface ChangeRow {
  readonly sequence: number;
  readonly kind: Change['kind'];
  readonly pk: string;
  readonly sk: string;
  readonly body: string | null;
}

/**
 * The table on one machine: a SQLite file, or `:memory:`. A commit survives a killed process; `synced` data survives a
 * power cut.
 */
export class SqliteTable implements Table {
  readonly #database: DatabaseSync;
  readonly #follow: (pk: string) => boolean;
  readonly #onUse: OnUse | undefined;
  readonly #sync: WalSync | undefined;
  readonly #statements = new Map<string, StatementSync>();
  readonly #listeners = new Set<() => void>();
  #announcement: NodeJS.Immediate | undefined;

  constructor(path: string, options: SqliteTableOptions = {}) {
    this.#database = new DatabaseSync(path, { timeout: options.busyMilliseconds ?? 5000 });
    this.#database.exec(SCHEMA);
    this.#follow = options.follow ?? (() => false);
    this.#onUse = options.onUse;
    this.#sync = path === ':memory:' ? undefined : new WalSync(options.disk ?? realDisk, path);
  }

  async get(key: Key): Promise<Item | undefined> {
    checkKey(key);
    const body = this.#stored(key);
    this.#onUse?.(useOfRead(key, billedSize(body)));
    return body === undefined ? undefined : (JSON.parse(body) as Item);
  }

  async query(query: Query): Promise<Page> {
    checkQuery(query);
    const range = restOf(query);
    const values = [query.pk, range.low?.key, range.high?.key].filter((value) => value !== undefined);
    const order = query.newestFirst ? 'DESC' : 'ASC';
    const sql = `SELECT body FROM items WHERE ${clausesOf(range).join(' AND ')} ORDER BY sk ${order} LIMIT ?`;
    // Asking for one more shows whether there is a next page.
    const rows = this.#all<ItemRow>(sql, ...values, query.limit + 1);
    const bodies = rows.slice(0, query.limit).map((row) => row.body);
    this.#onUse?.(
      useOfRead(
        beginOf(query),
        bodies.reduce((sum, body) => sum + billedSize(body), 0),
      ),
    );
    const items = bodies.map((body) => JSON.parse(body) as Item);
    return rows.length > query.limit ? { items, next: items.at(-1)!.sk } : { items };
  }

  async transact(writes: readonly Write[]): Promise<void> {
    checkWrites(writes);
    if (writes.length === 0) return;
    const sizes: number[] = [];
    try {
      this.#run('BEGIN IMMEDIATE');
      writes.forEach((write, index) => {
        sizes.push(this.#apply(write, index));
      });
      this.#run('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#run('ROLLBACK');
      throw translate(error);
    }
    this.#sync?.wrote();
    this.#onUse?.(useOfWrites(writes, sizes));
    this.#announce();
  }

  async synced(): Promise<void> {
    await this.#sync?.synced();
  }

  /** Changes after a sequence number, oldest first. */
  changes(after: number, limit: number): readonly Change[] {
    const sql = 'SELECT sequence, kind, pk, sk, body FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?';
    return this.#all<ChangeRow>(sql, after, limit).map(({ sequence, kind, pk, sk, body }) => {
      const change = { sequence, kind, key: { pk, sk } };
      return body === null ? change : { ...change, item: JSON.parse(body) as Item };
    });
  }

  /** Forgets the changes before a sequence number. */
  trimChanges(before: number): void {
    this.#run('DELETE FROM changes WHERE sequence < ?', before);
  }

  /**
   * Removes expired items (`expires_at`, seconds since 1970) of partitions with this prefix, as DynamoDB does on its
   * own.
   */
  removeExpired(prefix: string, now: number): void {
    const sql = "DELETE FROM items WHERE pk >= ? AND pk < ? AND json_extract(body, '$.expires_at') <= ?";
    this.#run(sql, prefix, `${prefix}\u{10ffff}`, now / 1000);
    this.#sync?.wrote();
  }

  /**
   * Calls the listener soon after this process commits, once for several commits. Returns the function that stops it.
   */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearImmediate(this.#announcement);
    this.#listeners.clear();
    this.#statements.clear();
    this.#database.close();
    this.#sync?.close();
  }

  /** Does one write in the open transaction. Returns the bytes it is billed for: the larger of before and after. */
  #apply(write: Write, index: number): number {
    const key = keyOf(write);
    const stored = this.#stored(key);
    const isRead = 'update' in write || write.when?.equals !== undefined || write.when?.missing !== undefined;
    const before = stored === undefined ? undefined : isRead ? (JSON.parse(stored) as Item) : ({ ...key } as Item);
    if (write.when && !holds(write.when, before)) throw conditionFailed(index, key);
    const body = bodyAfter(write, before, stored);
    checkSize(key, body === undefined ? 0 : Buffer.byteLength(body));
    if (!isSame(body, stored)) this.#store(key, body, stored);
    return this.#onUse === undefined ? 0 : Math.max(billedSize(body), billedSize(stored));
  }

  #store(key: Key, body: string | undefined, stored: string | undefined): void {
    if (body === undefined) this.#run('DELETE FROM items WHERE pk = ? AND sk = ?', key.pk, key.sk);
    else this.#run('INSERT OR REPLACE INTO items (pk, sk, body) VALUES (?, ?, ?)', key.pk, key.sk, body);
    if (!this.#follow(key.pk)) return;
    const sql = 'INSERT INTO changes (kind, pk, sk, body) VALUES (?, ?, ?, ?)';
    this.#run(sql, kindOf(stored, body), key.pk, key.sk, body ?? null);
  }

  #stored(key: Key): string | undefined {
    const row = this.#prepare('SELECT body FROM items WHERE pk = ? AND sk = ?').get(key.pk, key.sk);
    return (row as ItemRow | undefined)?.body;
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  #all<Row>(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #announce(): void {
    if (this.#announcement !== undefined || this.#listeners.size === 0) return;
    this.#announcement = setImmediate(() => {
      this.#announcement = undefined;
      for (const listener of this.#listeners) listener();
    });
  }
}
