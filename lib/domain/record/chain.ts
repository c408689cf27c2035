import { createHash } from 'node:crypto';
import { canonicalJson } from '../plan/plan-hash.ts';
import type { EventRow } from './rows.ts';

/** An event in its batch's feed: its number, the previous event's hash, and its own hash. */
export interface ChainedEvent extends EventRow {
  readonly number: number;
  /** The hash of the previous event; absent for the first. */
  readonly previous?: string;
  /** SHA-256 over the rest of the event, including `previous`: no earlier event can be changed unnoticed. */
  readonly hash: string;
}

/** Chains an event to the previous one. */
export const chainEvent = (
  event: EventRow,
  { number, previous }: { readonly number: number; readonly previous?: string | undefined },
): ChainedEvent => {
  const placed = { ...event, number, ...(previous === undefined ? {} : { previous }) };
  return { ...placed, hash: hashOf(placed) };
};

const hashOf = (event: object): string => createHash('sha256').update(canonicalJson(event)).digest('hex');

/** The hash that an event must have, computed from the rest of it; `at` in milliseconds. */
export const eventHash = ({ hash: _, ...event }: { readonly hash: string }): string => hashOf(event);

/**
 * The first number whose event does not match the chain; undefined if the feed is intact. Pass the feed from its
 * beginning.
 */
export const brokenLink = (feed: readonly ChainedEvent[]): number | undefined => {
  let previous: string | undefined;
  for (const [at, { hash, ...event }] of feed.entries()) {
    if (event.number !== at + 1 || event.previous !== previous || hashOf(event) !== hash) return at + 1;
    previous = hash;
  }
  return undefined;
};
