import type { HeaderRow } from '../record/rows.ts';
import { longestTurn } from './hold-times.ts';

const hour = 3_600_000;
const warnedBefore = 72 * hour;
const cancelledBefore = hour;

/** What to do about a batch that waits in a hold. Its deployments wait for their turns for a limited time. */
export type HeldFate = 'none' | 'warn' | 'cancel';

/** Decides by time alone, before anyone looks for a hold. */
export const fateByAge = (
  {
    created_at,
    cancel_requested_at,
    held_warned_at,
  }: Pick<HeaderRow, 'created_at' | 'cancel_requested_at' | 'held_warned_at'>,
  now: number,
): HeldFate => {
  if (cancel_requested_at !== undefined) return 'none';
  const left = created_at + longestTurn - now;
  if (left <= cancelledBefore) return 'cancel';
  return left <= warnedBefore && held_warned_at === undefined ? 'warn' : 'none';
};

/** When it is cancelled. */
export const cancelledAt = ({ created_at }: Pick<HeaderRow, 'created_at'>): number =>
  created_at + longestTurn - cancelledBefore;
