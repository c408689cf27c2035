import type { Budget } from '../budget/budget.ts';
import type { HindranceKind } from '../deployment/held.ts';
import type { WatchedDeployment } from '../plan/kept-deployment.ts';
import type { CancelResult, RunState, Trouble } from '../ports.ts';
import type { Baseline } from '../rollout/baseline.ts';
import type { Expected, Progress } from '../rollout/judgement.ts';
import type { Place } from '../schedule/place.ts';
import type { Wait } from './keys.ts';

/** What the executor poller follows. Written with the intent; it goes when the wait is answered. */
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
   * `paused` and `queued`: certainly not started, and not asked for again before it is `intended` again. What is paused is asked
   * for by the function that began it, what is queued by the poller.
   */
  readonly phase: 'intended' | 'paused' | 'queued' | 'accepted' | 'started' | 'unknown';
  /** How often the executor was asked for it and turned it away. */
  readonly asked?: number;
  /** Why it did so the last time, and until when is paused. */
  readonly turned_away?: { readonly reason: string; readonly message: string; readonly until: number };
  readonly correlation?: string;
  /** What came back for the start. */
  readonly answer?: string;
  readonly trace?: string;
  /** Which hindrance the row of the deployment tells. */
  readonly held?: HindranceKind;
  /** With `steps`: which step it tells. */
  readonly held_step?: string;
  readonly ref?: string;
  /** When the intent was written. */
  readonly at: number;
  /** When it was last asked for, which may have been sent then; absent where that is `at`. */
  readonly sent_at?: number;
  /** Of the call that sends it out of the queue. */
  readonly sender?: string;
  /** When it began to wait in our own queue. */
  readonly queued_at?: number;
  /** Since when one that is queued is not sent because of a hold; the time of the hold is not counted. */
  readonly on_hold_since?: number;
  /** When there may be room for one that is queued. */
  readonly until?: number;
  /** When the attempt must be over; while it is queued, until when it may be. */
  readonly deadline: number;
  /** Since when it was seen to wait for a person; absent while it does not. */
  readonly human_since?: number;
  /** How long it did so before, in milliseconds. The deadline was moved by that. */
  readonly human_ms?: number;
  /** How often its end was asked for. */
  readonly stops?: number;
  readonly stopping?: Stopping;
}

/** Why we ask for the end of a run. */
export type StopCause = 'timeout' | 'cancel' | 'person';

/** Why the run is being stopped, and since when. Written before it is asked for: without an answer nobody knows whether it was. */
export interface Stopping {
  readonly why: StopCause;
  readonly at: number;
  /** What the executor said of it then. */
  readonly seen?: Pick<RunState, 'phase' | 'raw'>;
  /** Of the call that asks for it. */
  readonly by?: string;
  /** `unsent`: it has certainly not been asked for, and may be again. */
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
  /** Of a rollback: the deployments that it takes back, which change with its success. */
  readonly undoes?: readonly Place[];
  readonly expected: Expected;
  readonly baseline: Baseline;
  /** Of a restore: what it found is what ran before the attempt, so nothing was ever replaced. */
  readonly untouched?: true;
  /** When the baseline was captured: what the cluster told before that is of another time. */
  readonly since?: number;
  /** What a call of the observer had seen by its end, at `progress_at`, for the next one. */
  readonly progress?: Progress;
  readonly progress_at?: number;
  /** Which hindrance the row of the deployment tells. */
  readonly held?: HindranceKind;
  readonly at: number;
  readonly deadline: number;
}

/** `WATCHERS/<watcher>`: which generation of a watcher runs, and until when it has promised to look again. */
export interface WatcherRow {
  readonly watcher: string;
  readonly generation: number;
  readonly until: number;
  /** Of what asks a cluster: whose functions do. */
  readonly place?: string;
  /** When a call of it last said so. Absent before its first one. */
  readonly at?: number;
}

/** `BUDGETS/<account>`: the budget of requests. Written on the condition that `version` is what was read, and raises it by one. */
export interface BudgetRow extends Budget {
  readonly version: number;
}

/** `EXECUTORS/<account>`: nothing of an account could be read, from `since` to `at`. It goes when something can be read again. */
export interface TroubleRow extends Trouble {
  readonly account: string;
  readonly since: number;
  readonly at: number;
}
