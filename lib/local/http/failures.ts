import { FlotillaError } from '../../domain/errors.ts';

/** Failures allowed per address within the period. */
const most = 10;
const period = 60_000;

/** The most addresses remembered; the oldest goes. */
const addresses = 1_000;

interface Counted {
  readonly since: number;
  count: number;
}

/**
 * Counts requests without a valid token. A valid token always gets in: many clients share the address of this machine
 * or a proxy, and nobody must be able to lock the others out.
 */
export class Failures {
  readonly #now: () => number;
  readonly #tell: (line: object) => void;
  readonly #counted = new Map<string, Counted>();

  constructor(now: () => number, tell: (line: object) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  /** Returns the error to throw: the given one, or TooManyRequests above the limit. */
  add(address: string, why: string, refusal: FlotillaError): FlotillaError {
    const counted = this.#of(address);
    counted.count += 1;
    const seconds = Math.ceil((counted.since + period - this.#now()) / 1000);
    if (counted.count <= most) {
      this.#tell({ level: 'WARN', message: 'a request was refused', address, why, failures: counted.count });
      return refusal;
    }
    if (counted.count === most + 1)
      this.#tell({ level: 'WARN', message: 'too many requests were refused', address, why, seconds });
    const detail = `${most} requests within a minute came from your address without a good token.`;
    return new FlotillaError('TooManyRequests', detail, { retry_after: seconds });
  }

  #of(address: string): Counted {
    const known = this.#counted.get(address);
    if (known !== undefined && this.#now() < known.since + period) return known;
    this.#counted.delete(address);
    const [oldest] = this.#counted.keys();
    if (this.#counted.size >= addresses && oldest !== undefined) this.#counted.delete(oldest);
    const begun = { since: this.#now(), count: 0 };
    this.#counted.set(address, begun);
    return begun;
  }
}
