import type { PlannedDeployment } from '../plan/plan.ts';

/** One day. */
export const usualHumanWait = 86_400;

/** How many seconds its run may wait for people in the executor, in total. They don't count towards its timeout. */
export const humanWaitOf = ({ executor: { settings } }: Pick<PlannedDeployment, 'executor'>): number =>
  typeof settings.human_wait === 'number' ? settings.human_wait : usualHumanWait;
