import type { Clock } from '../../domain/ports.ts';
import { type Answer, failure, throttledAtEdge, throttledByService } from './envelopes.ts';
import { LastMinute } from './last-minute.ts';
import type { Settled } from './options.ts';
import { type Call, type Edge, isOfProtocol } from './router.ts';

/** Requests of the last minute, by API key. Throttled requests do not count. */
class Meter {
  readonly #seen = new Map<string, LastMinute>();
  readonly #clock: Clock;
  readonly #limit: number;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  isOver(key: string): boolean {
    if (this.#limit === 0) return false;
    return (this.#seen.get(key)?.count(this.#clock.now()) ?? 0) >= this.#limit;
  }

  took(key: string): void {
    if (this.#limit === 0) return;
    const recent = this.#seen.get(key) ?? new LastMinute();
    this.#seen.set(key, recent);
    recent.add(this.#clock.now());
  }
}

/**
 * A webhook may come without a key, unless the account requires one. A wrong key is rejected even where none is needed.
 */
const checkKey = (call: Call, options: Settled): Answer | undefined => {
  const key = call.headers['x-api-key'];
  const isWebhook = call.path.startsWith('/pipeline/api/webhook/');
  if (key === undefined && isWebhook)
    return options.mandateKey ? failure('INVALID_REQUEST', 'Please pass the X-Api-Key header') : undefined;
  if (options.apiKey === undefined || key === options.apiKey) return undefined;
  return failure('INVALID_TOKEN', 'Token is not valid');
};

const keyOf = (call: Call): string => call.headers['x-api-key'] ?? '';

/** The edge in front of all API calls. The simulator's own pages and orders bypass it. */
export const edgeOf = (options: Settled): Edge => {
  const meter = new Meter(options.clock, options.requestsPerMinute);
  return {
    refuse: (call) => {
      if (!isOfProtocol(call.path)) return undefined;
      if (meter.isOver(keyOf(call)))
        return options.throttledBy === 'service' ? throttledByService() : throttledAtEdge();
      return checkKey(call, options);
    },
    took: (call, answer) => {
      if (answer.isThrottled !== true) meter.took(keyOf(call));
    },
  };
};
