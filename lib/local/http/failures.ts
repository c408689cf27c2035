import { FlotillaError } from '../../domain/errors.ts';

/** So many failures an address may have in so long. */
const most = 10;
const period = 60_000;

/** More addresses are not remembered: the oldest goes. */
const addresses = 1_000;

interface Counted {
  readonly since: number;
  count: number;
}

/**
 * Counts who comes without a good token. Whoever has a good one is let in all the same: many share an address, that of this machine or of a
 * proxy, and nobody must be able to lock out the others.
 */
export class Failures {
  readonly #now: () => number;
  readonly #tell: (line: object) => void;
  readonly #counted = new Map<string, Counted>();

  constructor(now: () => number, tell: (line: object) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  /** Gives the refusal to throw: the given one, or that it was too much. Each is told, as long as it is not too much. */
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
