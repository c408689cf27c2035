import type { Status } from '../deployment/status.ts';

/**
 * Rows that only lead to others: lists are read by them, and no list scans. What they lead to is what is true; a row that leads to
 * nothing any more is passed over.
 */

/** By what batches are found. `status` moves with the batch; `pillar` and `service` are known from Plan on, all others from submit on. */
export const batchDimensions = ['status', 'actor', 'origin', 'environment', 'tag', 'pillar', 'service'] as const;
export type BatchDimension = (typeof batchDimensions)[number];

/** Of a batch that was sent as a file, which has no origin. */
export const originOfFile = 'file';

/** `BY#<dimension>#<value>#<month>` / `<time>#<batch>`. The time is that of the batch's making. */
export interface BatchIndexRow {
  readonly batch_id: string;
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

/** `SERVICES#<pillar>/<service>` / `<environment>/<cluster>`: that there is such a target: written with its first NOW. It goes where that goes, as nothing was changed. */
export interface TargetPointerRow {
  readonly target: string;
}

/** `ENVIRONMENTS` / `<environment>`: that a batch was planned for it. Those that the configuration does not name any more have targets, too. */
export interface EnvironmentRow {
  readonly environment: string;
  /** Milliseconds since 1970: when the first of these batches was made. Nothing has changed there before. */
  readonly since: number;
}

/**
 * A change of a target: how a deployment ended that has, or may have, changed what runs there; a later `resolve` is another one.
 * `CHANGES#<environment>#<month>` / `<time>#<batch>#<index>`, and where it is no new release also
 * `TARGET#<target>` / `OUTCOME#<time>#<batch>#<index>`, so that a target's history is whole.
 */
export interface ChangeRow {
  readonly target: string;
  readonly batch_id: string;
  readonly index: number;
  readonly status: Status;
  readonly reason: string;
  /** What was asked for: the version; of what deploys nothing the words `delete` or `scale to 3`. */
  readonly version: string;
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** What ran before and what runs since, as far as anybody can say. */
  readonly before?: string;
  readonly after?: string;
  readonly digest?: string;
  /** The subject of whoever submitted the batch, and the name that person or program goes by. */
  readonly by?: string;
  readonly by_name?: string;
  /** Of whoever resolved it, where this is a resolve. */
  readonly resolved_by?: string;
  /** Milliseconds since 1970: when it ended, or was resolved. */
  readonly at: number;
}

/** `USERS` / `<subject>`: written when a subject is first seen, and again when its name changes. */
export interface UserRow {
  readonly subject: string;
  readonly kind: 'person' | 'program';
  readonly name?: string;
  readonly email?: string;
  /** Milliseconds since 1970. */
  readonly first_seen_at: number;
}

/** Of a time in UTC, for example `2026-11`: index partitions have one month each, so that none grows for ever. */
export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** The months from one time to another, the latest first; none where the first is later. */
export const monthsBetween = (first: number, last: number): readonly string[] => {
  const months: string[] = [];
  const at = new Date(last);
  at.setUTCDate(1);
  for (; monthOf(at.getTime()) >= monthOf(first); at.setUTCMonth(at.getUTCMonth() - 1))
    months.push(monthOf(at.getTime()));
  return months;
};
