import { healthFailures } from '../health/health-schedule.ts';

/**
 * Reasons of a rollout that another attempt may heal. All others would be met again: the same image, the same manifest,
 * the same quota; and the kubelet has already tried a crashing container several times by itself.
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

/** Reasons that another image stands there than we or the ones before had: nothing is put in its place, by no attempt and no restore. */
const leaving: ReadonlySet<string> = new Set(['RepositoryChanged', 'Superseded', 'WrongImage']);

export const isLeftAlone = (reason: string): boolean => leaving.has(reason);
