export const originKinds = ['rollback', 'retry', 'deployment'] as const;

/** Why there is a batch that nobody sent as a file. */
export interface Origin {
  /** `deployment`: one version for one service, without a file. */
  readonly kind: (typeof originKinds)[number];
  /** The batch that it rolls back, or retries. Absent where one target goes back. */
  readonly of?: string;
  /** Of a retry: the batch at the beginning, with which all retries are noted, also those of a retry. */
  readonly root?: string;
  /** The target that goes back, of a rollback of one deployment. */
  readonly target?: string;
  /** In the words of whoever asked for it. */
  readonly reason?: string;
  /** Nobody asked for it: the batch said `on_failure: rollback`. */
  readonly automatic?: true;
}
