import { createHash } from 'node:crypto';
import { canonicalJson } from '../plan/plan-hash.ts';
import type { EventRow } from './rows.ts';

/** An event in the feed of its batch: its number, the hash of the event before it, and its own. */
export interface ChainedEvent extends EventRow {
  readonly number: number;
  /** Hash of the event with the number before; absent for the first. */
  readonly previous?: string;
  /** SHA-256 over everything else in the event, `previous` included: nothing before it can be changed unnoticed. */
  readonly hash: string;
}

/** Gives an event its place behind the one before it. */
export const chainEvent = (
  event: EventRow,
  { number, previous }: { readonly number: number; readonly previous?: string | undefined },
): ChainedEvent => {
  const placed = { ...event, number, ...(previous === undefined ? {} : { previous }) };
  return { ...placed, hash: hashOf(placed) };
};

const hashOf = (event: object): string => createHash('sha256').update(canonicalJson(event)).digest('hex');

/** The hash that an event must have, worked out from all else in it; `at` in milliseconds. */
export const eventHash = ({ hash: _, ...event }: { readonly hash: string }): string => hashOf(event);

/** The first number whose event is not what was chained, or undefined when the feed is whole. Of the feed from its beginning. */
export const brokenLink = (feed: readonly ChainedEvent[]): number | undefined => {
  let previous: string | undefined;
  for (const [at, { hash, ...event }] of feed.entries()) {
    if (event.number !== at + 1 || event.previous !== previous || hashOf(event) !== hash) return at + 1;
    previous = hash;
  }
  return undefined;
};
