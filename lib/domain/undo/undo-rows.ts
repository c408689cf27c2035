import type { LeftReason } from './left.ts';

/** A requested rollback. */
export interface RollbackRequest {
  /** The batch that will do it. */
  readonly batch_id: string;
  /** Keys; absent: everything that the batch has changed. */
  readonly only?: readonly string[];
  readonly force?: readonly string[];
  readonly reason: string;
  readonly by: string;
  /** The requester's display name. */
  readonly by_name?: string;
  readonly at: number;
}

/** Why nothing new starts in a batch that will be rolled back. */
export const stoppedBecause = ({ by }: Pick<RollbackRequest, 'by'>): string => `${by} asked to roll it back`;

/**
 * `BATCH#<original>/ROLLBACK#<n>`, `BATCH#<root>/RETRY#<n>`: a batch created from this one. Numbered from 1, written
 * only if absent; one is open at a time. Retries of a retry are recorded with the first batch, so that one row decides
 * for all.
 */
export interface DescendantRow {
  readonly batch_id: string;
  /** For a retry: the batch that was named. */
  readonly of?: string;
  /** For a rollback: the batches whose changes it takes back, the original and its retries. */
  readonly covers?: readonly string[];
  /** For a rollback: how many are left although they were changed, by reason. */
  readonly left?: Readonly<Partial<Record<LeftReason, number>>>;
  readonly by: string;
  readonly at: number;
}
