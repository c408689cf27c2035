import { healthFailures } from '../health/health-schedule.ts';

/**
 * Rollout failures that another attempt may get over. All others would recur: the same image, the same manifest, the
 * same quota. The kubelet already restarts a crashing container several times by itself.
 */
const passing: ReadonlySet<string> = new Set([
  ...healthFailures,
  'JobFailed',
  'PodFailed',
  'ProgressDeadlineExceeded',
  'RegistryUnavailable',
  'Unschedulable',
]);

export const isWorthAnotherTry = (reason: string): boolean => passing.has(reason);

/** Another image is in place, neither ours nor the previous one. Nothing replaces it: no attempt, no restore. */
const leaving: ReadonlySet<string> = new Set(['RepositoryChanged', 'Superseded', 'WrongImage']);

export const isLeftAlone = (reason: string): boolean => leaving.has(reason);
