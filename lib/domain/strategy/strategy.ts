/**
 * How a new version takes over by steps. Absent where it takes over at once, rolling, as its workload says. The steps and limits that
 * are the usual ones are those of system D (canary: 10, 30, 50, 75, 100 %, a quarter of an hour each, looked at every minute).
 */
export interface Strategy {
  readonly kind: 'canary' | 'blue_green';
  readonly traffic: Traffic;
  /** Shares of the traffic in per cent, rising; of blue/green 100 alone. */
  readonly steps: readonly number[];
  /** Seconds that each step takes at least. */
  readonly step_seconds: number;
  /** What is looked at in each step. Without any, only the health of the new pods. */
  readonly checks: readonly Check[];
  /** Whether the last step leads to the end by itself, once the checks have been good for `proven_seconds`; else a person says so. */
  readonly proceed: 'automatic' | 'person';
  /** Seconds, see `proceed`. */
  readonly proven_seconds: number;
}

/** What moves traffic. Both names are of objects in the namespace of the workload. */
export type Traffic =
  /** Pods of the new version beside those of the old one, behind the same Services. */
  | { readonly by: 'replicas' }
  /** Weights of an HTTPRoute of the Gateway API, of the backend that is this Service. */
  | { readonly by: 'route'; readonly route: string; readonly service: string }
  /** The selector of a Service: all or nothing. */
  | { readonly by: 'service'; readonly service: string };

/** A number that is looked at, and between what it is good. */
export interface Check {
  readonly name: string;
  readonly source: CheckSource;
  /** Beyond one of these for `for_seconds`: the new version goes back. */
  readonly max?: number;
  readonly min?: number;
  /** Seconds. */
  readonly for_seconds: number;
  /** Within these for `proven_seconds` of the strategy: it may go on by itself after the last step. Absent: `max` and `min`. */
  readonly proven_max?: number;
  readonly proven_min?: number;
}

/** `{{canary}}`, `{{workload}}`, `{{service}}` and `{{namespace}}` stand for the names of those objects. */
export type CheckSource =
  /** A query whose answer is one series. */
  { readonly prometheus: string } | { readonly cloudwatch: CloudWatchExpression };

export interface CloudWatchExpression {
  /** Metric math over the names of `metrics`. Absent where there is one metric. */
  readonly expression?: string;
  readonly metrics: Readonly<Record<string, CloudWatchMetric>>;
}

export interface CloudWatchMetric {
  readonly namespace: string;
  readonly name: string;
  /** For example `Sum`, or `p99`. */
  readonly statistic: string;
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** What the checks say of a step, all together. */
export interface ChecksVerdict {
  /**
   * `broken`: one was beyond its limit for as long as it may not be. `open`: one has no data, or is beyond its limit and not yet for so
   * long. `good`: all are within their limits. `proven`: and have been within those of the end for so long.
   */
  readonly kind: 'broken' | 'open' | 'good' | 'proven';
  /** A sentence with the numbers. */
  readonly message: string;
}
