import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { Tokens } from '../http/admission.ts';
import { givenTokens } from './given-token.ts';
import { ownToken, tokenFiles } from './own-token.ts';
import { hashOf, TokenBook } from './token-book.ts';

export interface OpenTokens extends Tokens {
  /** The data owner's token. */
  readonly own: string;
  close(): void;
}

/** A server's tokens: its token book, and the tokens given from outside. */
export const openTokens = (data: string, given: string | undefined): OpenTokens => {
  const book = new TokenBook(join(data, tokenFiles.book));
  const others = givenTokens(given).map(({ token, actor }) => ({ hash: Buffer.from(hashOf(token)), actor }));
  return {
    own: ownToken(book, { data, now: Date.now() }),
    holderOf: (token) => {
      const asked = Buffer.from(hashOf(token));
      const other = others.find(({ hash }) => timingSafeEqual(asked, hash));
      return other === undefined ? book.holderOf(token, Date.now()) : { actor: other.actor };
    },
    close: () => book.close(),
  };
};
