/**
 * What may hold up a deployment that has its turn: at its executor, or at its cluster while its rollout is verified.
 */
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
  /** Milliseconds since 1970; absent if only the present is known. */
  readonly since?: number;
  /** What was requested, and what came back. */
  readonly asked?: string;
  readonly answered?: string;
  /** If it waits for a person: when the wait ends, in milliseconds since 1970; absent if not known yet. */
  readonly until?: number;
  /** With `steps`: the current step. */
  readonly step?: string;
  /** The run's page. */
  readonly url?: string;
}

/** A lasting hindrance, as stored in the deployment's row. `name` is the executor's account, or the cluster. */
export interface Held extends Hindrance {
  readonly name: string;
  readonly since: number;
}
