import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSecretFile, writeSecretFile } from '../secret-file.ts';
import type { TokenBook } from './token-book.ts';

/** Of whoever started the server. */
export const ownName = 'local';

/** Files of the data folder. */
export const tokenFiles = { book: 'tokens.db', token: 'token', header: 'token.header' } as const;

/**
 * The token of whoever has the data folder: made at the first start, and again where its file or its row is gone. It is good for
 * everything. The second file is the same as the header that `curl -H @FILE` sends, so that it stands on no command line.
 */
export const ownToken = (book: TokenBook, { data, now }: { readonly data: string; readonly now: number }): string => {
  const [file, header] = [join(data, tokenFiles.token), join(data, tokenFiles.header)];
  const kept = readSecretFile(file);
  const holder = kept === undefined ? undefined : book.holderOf(kept, now);
  if (kept !== undefined && holder !== undefined && 'actor' in holder && existsSync(header)) return kept;
  const token = book.create({ name: ownName, kind: 'person', scopes: ['admin'], groups: [], created_at: now });
  writeSecretFile(file, token);
  writeSecretFile(header, `Authorization: Bearer ${token}`);
  return token;
};
