import type { Stem } from './functions-table.ts';
import type { Settings } from './settings.ts';

interface ApiPartRow {
  /** The function that answers its routes. */
  readonly stem: Stem;
  /** Of the copies that are reserved for the API. */
  readonly share: number;
  /** Requests to each of its routes, of all callers together; without it those of the settings. */
  readonly throttle?: Settings['throttle'];
}

/**
 * The parts of the API, each a function with copies of its own, so that no part can take those of another: with every copy of the
 * others at work a decision still finds one that is free. Throttles turn away before anything is called.
 */
export const apiParts = {
  reads: { stem: 'api', share: 0.25 },
  // Reading and planning 10,000 takes up to 12 s: 15 copies do more than one of them in a second, and small batches by the dozen.
  batches: { stem: 'api-batches', share: 0.15, throttle: { rate: 5, burst: 20 } },
  // Each holds a copy for up to 20 s; in a lively batch each comes back at once. Deployment requests may be waited for as well.
  events: { stem: 'api-events', share: 0.4, throttle: { rate: 40, burst: 80 } },
  // Each may wait for a cluster for some seconds, and so may a log.
  looks: { stem: 'api-looks', share: 0.05, throttle: { rate: 5, burst: 20 } },
  logs: { stem: 'read-logs', share: 0.05, throttle: { rate: 5, burst: 20 } },
  decisions: { stem: 'api-decisions', share: 0.1, throttle: { rate: 20, burst: 40 } },
} as const satisfies Readonly<Record<string, ApiPartRow>>;

export type ApiPart = keyof typeof apiParts;

const rows = Object.entries(apiParts) as readonly (readonly [ApiPart, ApiPartRow])[];

/** How many copies each function of the API gets; all of them, and at least one each. */
export const sharesOf = (reserved: number): Readonly<Partial<Record<Stem, number>>> => {
  const shares = rows.map(
    ([part, { stem, share }]) => [part, stem, Math.max(1, Math.floor(reserved * share))] as const,
  );
  const others = shares.reduce((sum, [part, , copies]) => (part === 'reads' ? sum : sum + copies), 0);
  return Object.fromEntries(
    shares.map(([part, stem, copies]) => [stem, part === 'reads' ? reserved - others : copies]),
  );
};

/** Of a route of this part: never more than all routes are allowed. */
export const throttleOf = (part: ApiPart, all: Settings['throttle']): Settings['throttle'] => {
  const { throttle = all }: ApiPartRow = apiParts[part];
  return { rate: Math.min(throttle.rate, all.rate), burst: Math.min(throttle.burst, all.burst) };
};
