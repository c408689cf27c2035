import { join } from 'node:path';
import { readSecretFile, writeSecretFile } from '../secret-file.ts';
import type { TokenBook } from './token-book.ts';

/** The user who started the server. */
export const ownName = 'local';

/** Files of the data folder. */
export const tokenFiles = { book: 'tokens.db', token: 'token', header: 'token.header' } as const;

interface Started {
  /** The data folder. */
  readonly data: string;
  readonly now: number;
}

/**
 * The data owner's token, valid for everything. Created at the first start, and again when its file or row is gone. The
 * second file is the header for `curl -H @FILE`, so that the token is on no command line. It is written at every start:
 * an interrupted start may have left the header of an earlier token.
 */
export const ownToken = (book: TokenBook, { data, now }: Started): string => {
  const token = keptToken(book, { data, now }) ?? newToken(book, { data, now });
  writeSecretFile(join(data, tokenFiles.header), `Authorization: Bearer ${token}`);
  return token;
};

const keptToken = (book: TokenBook, { data, now }: Started): string | undefined => {
  const kept = readSecretFile(join(data, tokenFiles.token));
  return kept !== undefined && 'actor' in book.holderOf(kept, now) ? kept : undefined;
};

const newToken = (book: TokenBook, { data, now }: Started): string => {
  const token = book.create({ name: ownName, kind: 'person', scopes: ['admin'], groups: [], created_at: now });
  writeSecretFile(join(data, tokenFiles.token), token);
  return token;
};
