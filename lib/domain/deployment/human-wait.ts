import type { PlannedDeployment } from '../plan/plan.ts';

/** A day. */
export const usualHumanWait = 86_400;

/** Seconds that a run of it may wait for a person in the executor, all in all. They are not counted for its timeout. */
export const humanWaitOf = ({ executor: { settings } }: Pick<PlannedDeployment, 'executor'>): number =>
  typeof settings.human_wait === 'number' ? settings.human_wait : usualHumanWait;
