import type { Stem } from './functions-table.ts';
import type { Settings } from './settings.ts';

interface ApiPartRow {
  /** The function that answers its routes. */
  readonly stem: Stem;
  /** Its share of the concurrency reserved for the API. */
  readonly share: number;
  /** Requests to each of its routes, from all callers together. Without it, the limit of the settings applies. */
  readonly throttle?: Settings['throttle'];
}

/**
 * The parts of the API. Each is a function with its own concurrency, so no part can starve another: a decision finds a
 * free copy even when all others are busy. Throttles reject requests before anything is called.
 */
export const apiParts = {
  reads: { stem: 'api', share: 0.25 },
  // Reading and planning 10,000 takes up to 12 s. 15 copies handle more than one such batch a second, or dozens of
  // small ones.
  batches: { stem: 'api-batches', share: 0.15, throttle: { rate: 5, burst: 20 } },
  // Each waits for up to 20 s. In a lively batch it returns at once. A client may also wait for a deployment request
  // here.
  events: { stem: 'api-events', share: 0.4, throttle: { rate: 40, burst: 80 } },
  // Each may wait some seconds for a cluster; so may a log.
  looks: { stem: 'api-looks', share: 0.05, throttle: { rate: 5, burst: 20 } },
  logs: { stem: 'read-logs', share: 0.05, throttle: { rate: 5, burst: 20 } },
  decisions: { stem: 'api-decisions', share: 0.1, throttle: { rate: 20, burst: 40 } },
} as const satisfies Readonly<Record<string, ApiPartRow>>;

export type ApiPart = keyof typeof apiParts;

const rows = Object.entries(apiParts) as readonly (readonly [ApiPart, ApiPartRow])[];

/** How many copies each function of the API gets: all of them together, and at least one each. */
export const sharesOf = (reserved: number): Readonly<Partial<Record<Stem, number>>> => {
  const shares = rows.map(
    ([part, { stem, share }]) => [part, stem, Math.max(1, Math.floor(reserved * share))] as const,
  );
  const others = shares.reduce((sum, [part, , copies]) => (part === 'reads' ? sum : sum + copies), 0);
  return Object.fromEntries(
    shares.map(([part, stem, copies]) => [stem, part === 'reads' ? reserved - others : copies]),
  );
};

/** The limit for a route of this part, never above the limit for all routes. */
export const throttleOf = (part: ApiPart, all: Settings['throttle']): Settings['throttle'] => {
  const { throttle = all }: ApiPartRow = apiParts[part];
  return { rate: Math.min(throttle.rate, all.rate), burst: Math.min(throttle.burst, all.burst) };
};
