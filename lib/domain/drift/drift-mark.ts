import type { FieldDrift } from './object-drift.ts';

/** What is kept of it, in the row of a target. */
export const mostFields = 10;

/** That a target is not as it was deployed: the mark in its row. */
export interface DriftMark {
  /** Milliseconds since 1970: when it was first seen so. */
  readonly since: number;
  /** The first of them. */
  readonly fields: readonly FieldDrift[];
  /** How many there are. */
  readonly count: number;
  /** Of all of them, also of those that are not kept here. Absent in marks of earlier versions. */
  readonly hash?: string;
}
