import { isTransientError } from '../../lib/adapters/transient-error.ts';
import type { Clock } from '../../lib/domain/ports.ts';

export interface KeptOptions<Thing> {
  /** All that the thing depends on. */
  readonly read: () => Promise<string>;
  readonly make: (text: string) => Thing;
  readonly clock: Pick<Clock, 'now'>;
}

const keepMilliseconds = 60_000;

/**
 * A thing that is made of a text and kept, with its connections and budgets, until that text is another one: a function that
 * is called every minute lives for hours, and a key that was changed meanwhile must not be used until then. While the text
 * cannot be read for a reason that passes, the thing stays. Whatever else is said instead of the text ends its use: a secret that
 * was deleted, or a right that was taken away, was meant so, and so was another text, even if nothing can be made of it.
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
