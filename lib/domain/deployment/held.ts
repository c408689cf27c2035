/** What may hold up a deployment that has its turn, at its executor, or at its cluster while its rollout is verified. */
export type HindranceKind =
  | 'budget'
  | 'throttled'
  | 'unreadable'
  | 'start-unanswered'
  | 'no-run-yet'
  | 'run-missing'
  | 'abort-unconfirmed'
  | 'person'
  | 'proceed'
  | 'steps'
  | 'cluster-unavailable';

export interface Hindrance {
  readonly why: HindranceKind;
  /** Milliseconds since 1970; absent where it is only known that it is so now. */
  readonly since?: number;
  /** What was asked for, and what came back. */
  readonly asked?: string;
  readonly answered?: string;
  /** With `steps`: which it is at. */
  readonly step?: string;
  /** Of the run. */
  readonly url?: string;
}

/** A hindrance that lasts, as it is written in the row of the deployment. `name` is the executor's account, or the cluster. */
export interface Held extends Hindrance {
  readonly name: string;
  readonly since: number;
}
