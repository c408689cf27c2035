import type { Clock } from '../../domain/ports.ts';
import type { Answer } from './envelopes.ts';
import type { RouteName } from './fault-rules.ts';
import { LastMinute } from './last-minute.ts';

/** `other`: calls that the protocol does not know. */
type Counted = RouteName | 'other';

interface Tally {
  readonly total: number;
  /** How many were throttled. */
  readonly throttled: number;
  readonly by_route: { readonly [route in Counted]?: number };
}

/** The requests since this simulator started. */
export interface RequestReport extends Tally {
  /** The most in any 60 s, wherever they begin. */
  readonly busiest_minute: number;
  /** In order; `at` is the start of each, in milliseconds. Minutes without requests are left out. */
  readonly minutes: readonly (Tally & { readonly at: number })[];
}

interface Count {
  total: number;
  throttled: number;
  readonly routes: Map<Counted, number>;
}

const none = (): Count => ({ total: 0, throttled: 0, routes: new Map() });

/** Counts requests as a client is billed for them, including rejected ones. */
export class RequestLog {
  readonly #clock: Clock;
  readonly #all = none();
  readonly #minutes = new Map<number, Count>();
  readonly #lastMinute = new LastMinute();
  #busiest = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  count(route: Counted, answer: Answer): void {
    const now = this.#clock.now();
    const minute = now - (now % 60_000);
    const ofMinute = this.#minutes.get(minute) ?? none();
    this.#minutes.set(minute, ofMinute);
    for (const count of [this.#all, ofMinute]) {
      count.total += 1;
      if (answer.isThrottled === true) count.throttled += 1;
      count.routes.set(route, (count.routes.get(route) ?? 0) + 1);
    }
    this.#lastMinute.add(now);
    this.#busiest = Math.max(this.#busiest, this.#lastMinute.count(now));
  }

  report(): RequestReport {
    const minutes = [...this.#minutes].sort(([one], [other]) => one - other);
    return {
      ...tallyOf(this.#all),
      busiest_minute: this.#busiest,
      minutes: minutes.map(([at, count]) => ({ at, ...tallyOf(count) })),
    };
  }
}

const tallyOf = ({ total, throttled, routes }: Count): Tally => ({
  total,
  throttled,
  by_route: Object.fromEntries([...routes].sort(([one], [other]) => one.localeCompare(other))),
});
