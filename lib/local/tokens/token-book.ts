import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { type Actor, personNamed, type Scope } from '../../domain/record/actor.ts';
import { newSecret } from '../secret-file.ts';

/** What the book knows about a token. It does not have the token itself. */
export interface TokenEntry {
  /** The name of its holder in events. */
  readonly name: string;
  readonly kind: Actor['kind'];
  readonly scopes: readonly Scope[];
  readonly groups: readonly string[];
  readonly created_at: number;
  /** Milliseconds since 1970. Absent: it never expires. */
  readonly ends_at?: number;
}

/** A token's holder, or why it is not valid. */
export type Holder = { readonly actor: Actor } | { readonly refused: 'unknown' | 'ended' };

const schema = `
  CREATE TABLE IF NOT EXISTS tokens (
    name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, scopes TEXT NOT NULL, groups TEXT NOT NULL,
    created_at INTEGER NOT NULL, ends_at INTEGER) STRICT`;

/** The prefix of all our tokens, for secret scanners. */
const mark = 'flt_';

/** What is stored instead of a token. Tokens are random, so no salt and no slow hash is needed. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * The tokens of the server on one machine, in a SQLite file beside its data. The command line writes there, and the
 * server's next request sees it.
 */
export class TokenBook {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 5_000 });
    this.#database.exec(schema);
  }

  /** Creates a token, which can never be shown again. An earlier token of that name is revoked. */
  create({ name, kind, scopes, groups, created_at, ends_at }: TokenEntry): string {
    const token = `${mark}${newSecret()}`;
    this.#database
      .prepare('INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(name, hashOf(token), kind, scopes.join(' '), JSON.stringify(groups), created_at, ends_at ?? null);
    return token;
  }

  has(name: string): boolean {
    return this.#database.prepare('SELECT 1 FROM tokens WHERE name = ?').get(name) !== undefined;
  }

  list(): readonly TokenEntry[] {
    return this.#database.prepare('SELECT * FROM tokens ORDER BY name').all().map(entryOf);
  }

  /** False if there is none of that name. */
  revoke(name: string): boolean {
    return this.#database.prepare('DELETE FROM tokens WHERE name = ?').run(name).changes > 0;
  }

  holderOf(token: string, now: number): Holder {
    const row = this.#database.prepare('SELECT * FROM tokens WHERE hash = ?').get(hashOf(token));
    if (row === undefined) return { refused: 'unknown' };
    const { name, kind, scopes, groups, ends_at } = entryOf(row);
    if (ends_at !== undefined && ends_at <= now) return { refused: 'ended' };
    const subject = personNamed(name);
    return { actor: { kind, subject, ...(kind === 'program' ? { client: subject } : {}), groups, scopes } };
  }

  close(): void {
    this.#database.close();
  }
}

type Row = Readonly<Record<string, unknown>>;

const entryOf = (row: Row): TokenEntry => ({
  name: String(row.name),
  kind: row.kind as TokenEntry['kind'],
  scopes: String(row.scopes).split(' ') as Scope[],
  groups: JSON.parse(String(row.groups)) as string[],
  created_at: Number(row.created_at),
  ...(row.ends_at === null ? {} : { ends_at: Number(row.ends_at) }),
});
