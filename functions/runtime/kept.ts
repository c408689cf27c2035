import { isTransientError } from '../../lib/adapters/transient-error.ts';
import type { Clock } from '../../lib/domain/ports.ts';

export interface KeptOptions<Thing> {
  /** Reads everything that the thing depends on. */
  readonly read: () => Promise<string>;
  readonly make: (text: string) => Thing;
  readonly clock: Pick<Clock, 'now'>;
}

const keepMilliseconds = 60_000;

/**
 * Something made from a text and kept, with its connections and budgets, until the text changes. A function that is
 * called every minute lives for hours, and must not use a replaced key that long. If the text temporarily cannot be
 * read, the thing stays. Any other failure ends its use: a deleted secret or a withdrawn right is intended. So is a
 * changed text, even if nothing can be made from it.
 */
export class Kept<Thing> {
  readonly #options: KeptOptions<Thing>;
  #kept: { readonly text: string; readonly thing: Thing; readonly until: number } | undefined;
  #renewing: Promise<Thing> | undefined;

  constructor(options: KeptOptions<Thing>) {
    this.#options = options;
  }

  async get(): Promise<Thing> {
    if (this.#kept !== undefined && this.#options.clock.now() < this.#kept.until) return this.#kept.thing;
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<Thing> {
    const { read, make, clock } = this.#options;
    const before = this.#kept;
    const until = clock.now() + keepMilliseconds;
    this.#kept = undefined;
    try {
      const text = await read();
      this.#kept = { text, thing: before?.text === text ? before.thing : make(text), until };
    } catch (error) {
      if (before === undefined || !isTransientError(error)) throw error;
      this.#kept = { ...before, until };
    }
    return this.#kept.thing;
  }
}
