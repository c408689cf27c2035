import type { CheckSource } from './strategy/strategy.ts';

/** One value of a metric. */
export interface MetricPoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

/** All names are filled in. */
export interface MetricQuery {
  readonly source: CheckSource;
  /** Milliseconds since 1970, both ends included. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds between two points, a whole number of minutes. */
  readonly step: number;
}

/** Points in the order of time, without those that are no number; or why nothing can be said. */
export type MetricAnswer =
  | {
      readonly kind: 'points';
      readonly points: readonly MetricPoint[];
      /** What the source says beside them, for example that a part of it could not be asked. */
      readonly warnings?: readonly string[];
    }
  | { readonly kind: 'unread'; readonly message: string };

export const unread = (message: string): MetricAnswer => ({ kind: 'unread', message });

/** Where numbers about what runs in a cluster are kept. Never throws for the other side's failure: then they are unread. */
export interface Metrics {
  range(query: MetricQuery): Promise<MetricAnswer>;
}
