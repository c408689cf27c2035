import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/** A simulator's memory: JSON values by kind and key. */
export interface Memory {
  /** All of one kind, in the order of their first insertion. */
  all<Value>(kind: string): readonly Value[];
  put(kind: string, key: string, value: object): void;
  remove(kind: string, key: string): void;
  /** All changes, or none if the process is killed meanwhile. */
  together<Result>(work: () => Result): Result;
  close(): void;
}

/** Remembers nothing beyond its process. */
export const noMemory: Memory = {
  all: () => [],
  put: () => {},
  remove: () => {},
  together: (work) => work(),
  close: () => {},
};

/** Whose memory it is, and the version of its content. Increase it when older content can no longer be read. */
export interface About {
  readonly what: string;
  readonly version: number;
}

const schema = `
  CREATE TABLE about (what TEXT NOT NULL, version INTEGER NOT NULL) STRICT;
  CREATE TABLE kept (
    place INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, key)) STRICT;
`;

const putSql =
  'INSERT INTO kept (kind, key, value) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value';

/**
 * A memory in a SQLite file. It survives a killed process. A power cut may lose the latest changes, which can happen
 * with no real executor or cluster. One process at a time has it: the lock ends with the process.
 */
class FileMemory implements Memory {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  #isOpen = true;

  constructor(path: string, about: About) {
    this.#database = new DatabaseSync(path);
    try {
      // The lock comes first: somebody else's file must not be changed.
      this.#database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
      this.#check(about);
      this.#database.exec('COMMIT; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      this.#put = this.#database.prepare(putSql);
      this.#remove = this.#database.prepare('DELETE FROM kept WHERE kind = ? AND key = ?');
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  all<Value>(kind: string): readonly Value[] {
    const rows = this.#database.prepare('SELECT value FROM kept WHERE kind = ? ORDER BY place').all(kind);
    return rows.map(({ value }) => JSON.parse(String(value)) as Value);
  }

  put(kind: string, key: string, value: object): void {
    if (this.#isOpen) this.#put.run(kind, key, JSON.stringify(value));
  }

  remove(kind: string, key: string): void {
    if (this.#isOpen) this.#remove.run(kind, key);
  }

  together<Result>(work: () => Result): Result {
    if (!this.#isOpen || this.#database.isTransaction) return work();
    this.#database.exec('BEGIN');
    try {
      return work();
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  /** What a simulator does while it ends is not remembered. */
  close(): void {
    if (this.#isOpen) this.#database.close();
    this.#isOpen = false;
  }

  #check({ what, version }: About): void {
    const tables = this.#database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    if (tables.length === 0) {
      this.#database.exec(schema);
      this.#database.prepare('INSERT INTO about VALUES (?, ?)').run(what, version);
      return;
    }
    if (!tables.some(({ name }) => name === 'about')) throw new Unreadable('it is something else');
    const found = this.#database.prepare('SELECT what, version FROM about').get();
    if (found?.what !== what) throw new Unreadable(`it belongs to a simulated ${found?.what}`);
    if (found.version !== version) throw new Unreadable(`it is of version ${found.version}, and this is ${version}`);
    const [health] = this.#database.prepare('PRAGMA quick_check(1)').all();
    if (health?.quick_check !== 'ok') throw new Unreadable('it is damaged');
  }
}

class Unreadable extends Error {}

const codes = { busy: 5, corrupt: 11, notADatabase: 26 } as const;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): number => Number((error as { readonly errcode?: number }).errcode ?? 0) & 0xff;

/** Why a file is unreadable and has to be set aside; undefined for any other problem. */
const whyUnreadable = (error: unknown): string | undefined => {
  if (error instanceof Unreadable) return error.message;
  if (codeOf(error) === codes.corrupt) return 'it is damaged';
  return codeOf(error) === codes.notADatabase ? 'it is something else' : undefined;
};

export interface Opening {
  /** Gets messages for the user who starts the simulator. */
  readonly tell: (message: string) => void;
  /** How long another process may still hold the file: a simulator whose server was killed notices that, and ends. */
  readonly patience?: number;
}

const pause = 50;

/**
 * Opens a simulator's memory. An unreadable file is set aside, the memory starts empty, and `tell` gets a message.
 * Throws when another simulator holds the file.
 */
export const openMemory = async (path: string, about: About, { tell, patience = 15_000 }: Opening): Promise<Memory> => {
  mkdirSync(dirname(path), { recursive: true });
  for (let left = patience; ; left -= pause) {
    try {
      return new FileMemory(path, about);
    } catch (error) {
      const why = whyUnreadable(error);
      if (why !== undefined) {
        putAside(path);
        tell(
          `the state of the simulated ${about.what} in ${path} cannot be read: ${why}. It starts again from scratch, without the runs ` +
            `and workloads of before; the file is now ${path}.old.`,
        );
      } else if (codeOf(error) !== codes.busy)
        throw new Error(`${path} cannot be opened: ${messageOf(error)}.`, { cause: error });
      else if (left <= 0) throw new Error(`${path} is in use by another simulated ${about.what}.`, { cause: error });
      else await sleep(pause);
    }
  }
};

const putAside = (path: string): void => {
  for (const ending of ['', '-wal']) {
    if (existsSync(path + ending)) renameSync(path + ending, `${path}.old${ending}`);
  }
};
