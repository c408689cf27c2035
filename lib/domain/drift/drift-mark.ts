import type { FieldDrift } from './object-drift.ts';

/** At most this many fields are kept in a target's row. */
export const mostFields = 10;

/** The mark in a target's row: it is not as it was deployed. */
export interface DriftMark {
  /** Milliseconds since 1970: when this was first seen. */
  readonly since: number;
  /** The first fields that differ. */
  readonly fields: readonly FieldDrift[];
  /** How many fields differ. */
  readonly count: number;
  /** A hash of all of them, including those not kept here. Absent in marks of earlier versions. */
  readonly hash?: string;
}
