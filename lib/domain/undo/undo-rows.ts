import type { LeftReason } from './left.ts';

/** What somebody asked for. */
export interface RollbackRequest {
  /** Of the batch that is going to do it. */
  readonly batch_id: string;
  /** Keys; absent: all that the batch has changed. */
  readonly only?: readonly string[];
  readonly force?: readonly string[];
  readonly reason: string;
  readonly by: string;
  /** The name that whoever asks goes by. */
  readonly by_name?: string;
  readonly at: number;
}

/** Why nothing new starts in a batch that is to be rolled back. */
export const stoppedBecause = ({ by }: Pick<RollbackRequest, 'by'>): string => `${by} asked to roll it back`;

/**
 * `BATCH#<original>/ROLLBACK#<n>`, `BATCH#<root>/RETRY#<n>`: a batch that came of this one. Numbered from 1, written only if absent; one is
 * open at a time. Retries of a retry are noted with the batch at the beginning, so that one row decides for all of them.
 */
export interface DescendantRow {
  readonly batch_id: string;
  /** The batch that was named, of a retry. */
  readonly of?: string;
  /** The batches whose changes it takes back: the original, and those that tried it again. Of a rollback. */
  readonly covers?: readonly string[];
  /** How many are left although they were changed, by reason. Of a rollback. */
  readonly left?: Readonly<Partial<Record<LeftReason, number>>>;
  readonly by: string;
  readonly at: number;
}
