import type { Clock } from '../../domain/ports.ts';
import { type Answer, failure, throttledAtEdge } from './envelopes.ts';
import type { Settled } from './options.ts';
import type { Call, Guard } from './router.ts';

/** Requests of the last minute, by API key. */
class Meter {
  readonly #seen = new Map<string, number[]>();
  readonly #clock: Clock;
  readonly #limit: number;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  isOver(key: string): boolean {
    if (this.#limit === 0) return false;
    const since = this.#clock.now() - 60_000;
    const recent = (this.#seen.get(key) ?? []).filter((at) => at > since);
    const isOver = recent.length >= this.#limit;
    if (!isOver) recent.push(this.#clock.now());
    this.#seen.set(key, recent);
    return isOver;
  }
}

/** A webhook may come without a key, unless the account mandates one; a wrong key is refused even where none is needed. */
const checkKey = (call: Call, options: Settled): Answer | undefined => {
  const key = call.headers['x-api-key'];
  const isWebhook = call.path.startsWith('/pipeline/api/webhook/');
  if (key === undefined && isWebhook)
    return options.mandateKey ? failure('INVALID_REQUEST', 'Please pass the X-Api-Key header') : undefined;
  if (options.apiKey === undefined || key === options.apiKey) return undefined;
  return failure('INVALID_TOKEN', 'Token is not valid');
};

/** The edge in front of all calls of the API; the simulator's own pages and orders are free. */
export const guardOf = (options: Settled): Guard => {
  const meter = new Meter(options.clock, options.requestsPerMinute);
  return (call) => {
    if (!call.path.startsWith('/pipeline/api/')) return undefined;
    if (meter.isOver(call.headers['x-api-key'] ?? '')) return throttledAtEdge();
    return checkKey(call, options);
  };
};
