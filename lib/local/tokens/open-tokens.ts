import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { localActor } from '../../domain/record/actor.ts';
import type { Tokens } from '../http/admission.ts';
import { ownToken, tokenFiles } from './own-token.ts';
import { hashOf, TokenBook } from './token-book.ts';

export interface OpenTokens extends Tokens {
  /** That of whoever has the data folder. */
  readonly own: string;
  close(): void;
}

/** The tokens of a server: those of its book, and one that was given from outside, which is as good as its own. */
export const openTokens = (data: string, given: string | undefined): OpenTokens => {
  const book = new TokenBook(join(data, tokenFiles.book));
  const hash = given === undefined ? undefined : Buffer.from(hashOf(given));
  return {
    own: ownToken(book, { data, now: Date.now() }),
    holderOf: (token) => {
      const isGiven = hash !== undefined && timingSafeEqual(Buffer.from(hashOf(token)), hash);
      return isGiven ? { actor: localActor } : book.holderOf(token, Date.now());
    },
    close: () => book.close(),
  };
};
