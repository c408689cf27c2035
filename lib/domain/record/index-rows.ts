import type { Status } from '../deployment/status.ts';

/**
 * Rows that only point to others. Lists read them instead of scanning. The rows they point to are authoritative; a
 * dangling pointer is skipped.
 */

/**
 * What batches are found by. `status` moves with the batch. `pillar` and `service` are known from Plan on, all others
 * from submit on.
 */
export const batchDimensions = ['status', 'actor', 'origin', 'environment', 'tag', 'pillar', 'service'] as const;
export type BatchDimension = (typeof batchDimensions)[number];

/** The origin filter for batches submitted as a file, which have no origin. */
export const originOfFile = 'file';

/** `BY#<dimension>#<value>#<month>` / `<time>#<batch>`. The time is the batch's creation. */
export interface BatchIndexRow {
  readonly batch_id: string;
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

/**
 * `SERVICES#<pillar>/<service>` / `<environment>/<cluster>`: such a target exists. Written with its first NOW, and
 * removed with it if nothing was changed.
 */
export interface TargetPointerRow {
  readonly target: string;
}

/**
 * `ENVIRONMENTS` / `<environment>`: a batch was planned for it. Environments that left the configuration still have
 * targets.
 */
export interface EnvironmentRow {
  readonly environment: string;
  /** When the first of these batches was created, in milliseconds since 1970. Nothing changed there before. */
  readonly since: number;
}

/**
 * A change of a target: the outcome of a deployment that has, or may have, changed what runs there. A later `resolve`
 * is another change. Stored as `CHANGES#<environment>#<month>` / `<time>#<batch>#<index>`. If it is no new release,
 * also as `TARGET#<target>` / `OUTCOME#<time>#<batch>#<index>`, so that a target's history is complete.
 */
export interface ChangeRow {
  readonly target: string;
  readonly batch_id: string;
  readonly index: number;
  readonly status: Status;
  readonly reason: string;
  /** What was asked for: the version, or `delete` or `scale to 3`. */
  readonly version: string;
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** What ran before and what runs since, as far as known. */
  readonly before?: string;
  readonly after?: string;
  readonly digest?: string;
  /** The batch's submitter: subject and display name. */
  readonly by?: string;
  readonly by_name?: string;
  /** For a resolve: who resolved it. */
  readonly resolved_by?: string;
  /** When it ended, or was resolved, in milliseconds since 1970. */
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

/** The UTC month of a time, for example `2026-11`. Each index partition covers one month, so none grows forever. */
export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** The months between two times, latest first; none if the first is later. */
export const monthsBetween = (first: number, last: number): readonly string[] => {
  const months: string[] = [];
  const at = new Date(last);
  at.setUTCDate(1);
  for (; monthOf(at.getTime()) >= monthOf(first); at.setUTCMonth(at.getUTCMonth() - 1))
    months.push(monthOf(at.getTime()));
  return months;
};
