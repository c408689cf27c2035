import { join } from 'node:path';
import { readSecretFile, writeSecretFile } from '../secret-file.ts';
import type { TokenBook } from './token-book.ts';

/** Of whoever started the server. */
export const ownName = 'local';

/** Files of the data folder. */
export const tokenFiles = { book: 'tokens.db', token: 'token', header: 'token.header' } as const;

interface Started {
  /** The data folder. */
  readonly data: string;
  readonly now: number;
}

/**
 * The token of whoever has the data folder: made at the first start, and again where its file or its row is gone. It is good for
 * everything. The second file is the same as the header that `curl -H @FILE` sends, so that it stands on no command line. It is
 * written at every start: one that was cut off may have left that of an earlier token.
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
