import type { Clock } from '../../domain/ports.ts';
import type { Answer } from './envelopes.ts';
import type { Asked } from './router.ts';

/** What goes over the wire; nothing does on a cut connection. */
export type Sent =
  | { readonly cut: 'before' | 'after' }
  | { readonly cut?: undefined; readonly status: number; readonly type: string; readonly text: string };

/** Performs a request at once, and delivers its answer when it is due. Never throws. */
export type Carry = (asked: Asked) => Promise<Sent>;

export interface CarryOptions {
  readonly answer: (asked: Asked) => Answer;
  /** The id that an envelope gets. */
  readonly trace: () => string;
  readonly clock: Clock;
  /** Ends all waiting: clients that still wait get no answer. */
  readonly closing: AbortSignal;
}

export const carryBy =
  ({ answer, trace, clock, closing }: CarryOptions): Carry =>
  async (asked) => {
    if (closing.aborted) return { cut: 'before' };
    const given = answer(asked);
    // An answer shows the state at the time of the request, no matter how late it arrives.
    const sent = sentOf(given, trace);
    if (given.late !== undefined) await clock.sleep(given.late, closing);
    return closing.aborted ? { cut: 'after' } : sent;
  };

const sentOf = ({ status, json, envelope, html = '', cut }: Answer, trace: () => string): Sent => {
  if (cut !== undefined) return { cut };
  const value = envelope === undefined ? json : { ...envelope, correlationId: trace() };
  return value === undefined
    ? { status, type: 'text/html; charset=utf-8', text: html }
    : { status, type: 'application/json', text: JSON.stringify(value) };
};
