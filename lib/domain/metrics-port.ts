import type { CheckSource } from './strategy/strategy.ts';

/** One value of a metric. */
export interface MetricPoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

/** All placeholders are filled in. */
export interface MetricQuery {
  readonly source: CheckSource;
  /** Milliseconds since 1970, inclusive on both ends. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds between two points, in whole minutes. */
  readonly step: number;
}

/** Points in time order, without non-numbers; or why there is no answer. */
export type MetricAnswer =
  | {
      readonly kind: 'points';
      readonly points: readonly MetricPoint[];
      /** The source's own warnings, for example that a part did not answer. */
      readonly warnings?: readonly string[];
    }
  | { readonly kind: 'unread'; readonly message: string };

export const unread = (message: string): MetricAnswer => ({ kind: 'unread', message });

/**
 * A store of metrics about what runs in a cluster. Never throws for the source's failures: the answer is then unread.
 */
export interface Metrics {
  range(query: MetricQuery): Promise<MetricAnswer>;
}
