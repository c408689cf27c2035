/**
 * How a new version takes over in steps. Absent if it takes over at once with its workload's own rolling update. The
 * default steps and limits come from system D (canary: 10, 30, 50, 75, 100 %, a quarter of an hour each, checked every
 * minute).
 */
export interface Strategy {
  readonly kind: 'canary' | 'blue_green';
  readonly traffic: Traffic;
  /** Shares of the traffic in per cent, ascending; only 100 for blue/green. */
  readonly steps: readonly number[];
  /** The minimum duration of each step in seconds. */
  readonly step_seconds: number;
  /** The checks in each step. Without any, only the new pods' health counts. */
  readonly checks: readonly Check[];
  /**
   * Whether it finishes by itself once the checks have been good for `proven_seconds` in the last step, or needs a
   * person.
   */
  readonly proceed: 'automatic' | 'person';
  /** Seconds; see `proceed`. */
  readonly proven_seconds: number;
}

/** What moves traffic. Both names refer to objects in the workload's namespace. */
export type Traffic =
  /** Pods of the new version next to old ones, behind the same Services. */
  | { readonly by: 'replicas' }
  /** Weights of an HTTPRoute of the Gateway API, for the backend that is this Service. */
  | { readonly by: 'route'; readonly route: string; readonly service: string }
  /** A Service's selector: all or nothing. */
  | { readonly by: 'service'; readonly service: string };

/** A number to check, and its limits. */
export interface Check {
  readonly name: string;
  readonly source: CheckSource;
  /** Outside one of these for `for_seconds`: the new version goes back. */
  readonly max?: number;
  readonly min?: number;
  /** Seconds. */
  readonly for_seconds: number;
  /**
   * Within these for the strategy's `proven_seconds`: it may continue by itself after the last step. Absent: `max` and
   * `min`.
   */
  readonly proven_max?: number;
  readonly proven_min?: number;
}

/** `{{canary}}`, `{{workload}}`, `{{service}}` and `{{namespace}}` stand for those objects' names. */
export type CheckSource =
  /** A query that returns one series. */
  { readonly prometheus: string } | { readonly cloudwatch: CloudWatchExpression };

export interface CloudWatchExpression {
  /** Metric math over the names of `metrics`. Absent if there is one metric. */
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

/** The combined verdict of all checks on a step. */
export interface ChecksVerdict {
  /**
   * `broken`: one was outside its limit for too long. `open`: one has no data, or is outside its limit but not for too
   * long yet. `good`: all are within their limits. `proven`: all have also been within the final limits for long
   * enough.
   */
  readonly kind: 'broken' | 'open' | 'good' | 'proven';
  /** A sentence with the numbers. */
  readonly message: string;
}
