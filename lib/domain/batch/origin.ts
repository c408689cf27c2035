export const originKinds = ['rollback', 'retry', 'deployment', 'request'] as const;

/** Why a batch exists that nobody sent as a file. */
export interface Origin {
  /** `deployment`: one version for one service, without a file. `request`: a single deployment request. */
  readonly kind: (typeof originKinds)[number];
  /** The batch that it rolls back or retries. Absent if it takes back a single target. */
  readonly of?: string;
  /** For a retry: the first batch. All retries, direct or not, are recorded under it. */
  readonly root?: string;
  /** For a rollback of one deployment: its target. */
  readonly target?: string;
  /** For a request: its id. */
  readonly request?: string;
  /** The request's deployment identifier, and its number among that deployment's requests, from 1. */
  readonly identifier?: string;
  readonly number?: number;
  /** The previous request's batch, which must end first: requests of one deployment run in the order of arrival. */
  readonly after?: string;
  /** Who sent it on somebody else's behalf. */
  readonly sent_by?: string;
  /** The requester's words. */
  readonly reason?: string;
  /** Nobody asked for it: the batch had `on_failure: rollback`. */
  readonly automatic?: true;
}
