export const originKinds = ['rollback', 'retry', 'deployment', 'request'] as const;

/** Why there is a batch that nobody sent as a file. */
export interface Origin {
  /** `deployment`: one version for one service, without a file; `request`: a single deployment request. */
  readonly kind: (typeof originKinds)[number];
  /** The batch that it rolls back, or retries. Absent where one target goes back. */
  readonly of?: string;
  /** Of a retry: the batch at the beginning, with which all retries are noted, also those of a retry. */
  readonly root?: string;
  /** The target that goes back, of a rollback of one deployment. */
  readonly target?: string;
  /** Of a request: its id. */
  readonly request?: string;
  /** The deployment that it is of, by its identifier, and which one it is of that, from 1. */
  readonly identifier?: string;
  readonly number?: number;
  /** The batch of the request before it, which has to end first: those of one deployment go in the order in which they came. */
  readonly after?: string;
  /** Who sent it in somebody else's name. */
  readonly sent_by?: string;
  /** In the words of whoever asked for it. */
  readonly reason?: string;
  /** Nobody asked for it: the batch said `on_failure: rollback`. */
  readonly automatic?: true;
}
