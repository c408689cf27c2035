import type { Json } from './json.ts';

/** What a Map or Parallel state needs to continue. */
export interface BranchesPhase {
  readonly at: 'branches';
  /** For a Map, inputs before the ItemSelector. For a Parallel, one input for all branches. */
  readonly items: readonly Json[];
  readonly concurrency: number;
  readonly toleratedFailures: number;
  /** The MapStateStarted or ParallelStateStarted event. */
  readonly startedEvent: number;
}

export interface MapRunPhase {
  readonly at: 'map-run';
  readonly arn: string;
  readonly items: readonly Json[];
  readonly concurrency: number;
  readonly toleratedFailures: number;
  /** How often it was redriven. */
  readonly redrives?: number;
}

/** An invocation whose end is not written yet. After a restart it is repeated with the same arguments and token. */
export interface InvokingPhase {
  readonly at: 'invoking' | 'submitted';
  readonly functionName: string;
  readonly payload: Json;
  readonly token: string | undefined;
  readonly timeoutAt: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  readonly heartbeatAt: number | undefined;
}

/** Where a thread stands within its state. Pure JSON, because the journal stores it. */
export type Phase =
  | { readonly at: 'starting' }
  | { readonly at: 'entered' }
  | InvokingPhase
  | { readonly at: 'succeeded'; readonly result: Json }
  /** `mapRun` is the failed Map Run, if it can be redriven. */
  | {
      readonly at: 'failed';
      readonly error?: string;
      readonly cause?: string;
      readonly isCatchable: boolean;
      readonly mapRun?: MapRunPhase;
    }
  | { readonly at: 'retrying'; readonly until: number }
  | { readonly at: 'waiting'; readonly until: number }
  | BranchesPhase
  | MapRunPhase
  /** `isFailed` marks a branch whose failure its Map tolerated. */
  | { readonly at: 'ended'; readonly output: Json; readonly isFailed?: boolean };
