import type { Standing, TargetRow } from './target-row.ts';

/**
 * What runs at a target after everything that has ended. A deployment in progress there may still change nothing; if it
 * does, that counts as a later change.
 */
export const endedStanding = (now: TargetRow | undefined): Standing | undefined =>
  now?.state === 'changing' ? now.before : now;
