import type { Budget } from '../budget/budget.ts';
import type { HindranceKind } from '../deployment/held.ts';
import type { WatchedDeployment } from '../plan/kept-deployment.ts';
import type { CancelResult, RunState, Trouble } from '../ports.ts';
import type { Baseline } from '../rollout/baseline.ts';
import type { Expected, Progress } from '../rollout/judgement.ts';
import type { Place } from '../schedule/place.ts';
import type { Wait } from './keys.ts';

/** What the executor poller follows. Written with the intent, removed when the wait is answered. */
export interface RunWatchRow {
  readonly batch_id: string;
  readonly index: number;
  readonly wait: Wait;
  readonly deployment: WatchedDeployment;
  readonly version: string;
  readonly key: string;
  /** `RunRequest.adopted`. */
  readonly adopted?: string;
  /**
   * `paused` and `queued`: certainly not started, and not requested again before it is `intended` again. The function
   * that began it requests a paused one again, the poller a queued one.
   */
  readonly phase: 'intended' | 'paused' | 'queued' | 'accepted' | 'started' | 'unknown';
  /** How often the executor was asked for it and rejected it. */
  readonly asked?: number;
  /** Why it did so last, and until when it is paused. */
  readonly turned_away?: { readonly reason: string; readonly message: string; readonly until: number };
  readonly correlation?: string;
  /** The answer to the start. */
  readonly answer?: string;
  readonly trace?: string;
  /** The hindrance that the deployment's row shows. */
  readonly held?: HindranceKind;
  /** With `steps`: the step that it shows. */
  readonly held_step?: string;
  readonly ref?: string;
  /** When the intent was written. */
  readonly at: number;
  /** When the start was last requested, and may have been sent; absent if that is `at`. */
  readonly sent_at?: number;
  /** The call that sends it out of the queue. */
  readonly sender?: string;
  /** When it started to wait in our own queue. */
  readonly queued_at?: number;
  /** Since when a hold keeps a queued one from being sent; the time of the hold does not count. */
  readonly on_hold_since?: number;
  /** When there may be room for a queued one. */
  readonly until?: number;
  /** The attempt's deadline; while it is queued, the latest possible one. */
  readonly deadline: number;
  /** Since when it has been waiting for a person; absent while it does not. */
  readonly human_since?: number;
  /** How long it waited for people earlier, in milliseconds. The deadline was moved by that. */
  readonly human_ms?: number;
  /** How often it was asked to stop. */
  readonly stops?: number;
  readonly stopping?: Stopping;
}

/** Why we ask a run to stop. */
export type StopCause = 'timeout' | 'cancel' | 'person';

/**
 * Why the run is being stopped, and since when. Written before the request: without an answer, it is not known whether
 * it was made.
 */
export interface Stopping {
  readonly why: StopCause;
  readonly at: number;
  /** What the executor last reported about it then. */
  readonly seen?: Pick<RunState, 'phase' | 'raw'>;
  /** The call that requests it. */
  readonly by?: string;
  /** `unsent`: certainly not requested, and may be requested again. */
  readonly answer?: CancelResult['kind'] | 'unsent';
  /** What came back, in words. */
  readonly said?: string;
}

/** What the cluster observer follows. */
export interface RolloutWatchRow {
  readonly batch_id: string;
  readonly index: number;
  readonly wait: Wait;
  readonly deployment: WatchedDeployment;
  /** For a rollback: the deployments that it takes back, which change with its success. */
  readonly undoes?: readonly Place[];
  readonly expected: Expected;
  readonly baseline: Baseline;
  /** For a restore: what it found is what ran before the attempt, so nothing was ever replaced. */
  readonly untouched?: true;
  /** When the baseline was captured. Earlier reports from the cluster are outdated. */
  readonly since?: number;
  /** What an observer call had seen by its end, at `progress_at`, for the next call. */
  readonly progress?: Progress;
  readonly progress_at?: number;
  /** The hindrance that the deployment's row shows. */
  readonly held?: HindranceKind;
  readonly at: number;
  readonly deadline: number;
}

/** `WATCHERS/<watcher>`: which generation of a watcher runs, and until when it has promised to look again. */
export interface WatcherRow {
  readonly watcher: string;
  readonly generation: number;
  readonly until: number;
  /** For a cluster's watcher: whose functions ask the cluster. */
  readonly place?: string;
  /** When one of its calls last confirmed that. Absent before the first. */
  readonly at?: number;
}

/**
 * `BUDGETS/<account>`: the request budget. Written on condition that `version` is what was read, and raises it by one.
 */
export interface BudgetRow extends Budget {
  readonly version: number;
}

/**
 * `EXECUTORS/<account>`: nothing of an account could be read from `since` to `at`. Removed when something can be read
 * again.
 */
export interface TroubleRow extends Trouble {
  readonly account: string;
  readonly since: number;
  readonly at: number;
}
