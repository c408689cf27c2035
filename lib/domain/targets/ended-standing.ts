import type { Standing, TargetRow } from './target-row.ts';

/**
 * What stands at a target as far as it has ended: a deployment that is at work there may still change nothing, and when it does change
 * something, that has come since.
 */
export const endedStanding = (now: TargetRow | undefined): Standing | undefined =>
  now?.state === 'changing' ? now.before : now;
