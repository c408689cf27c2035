import type { PlannedDeployment, Replay } from './plan.ts';

/**
 * A deployment as a release keeps it, to be done again one day: without its dependencies, which are places in a plan of that time, and
 * without what it replayed.
 */
export type KeptDeployment = Omit<PlannedDeployment, 'dependencies' | 'replay'>;

/** As a watch row keeps it: whether it puts back or tries again decides what follows a failure. */
export interface WatchedDeployment extends KeptDeployment {
  readonly replay?: Pick<Replay, 'kind'>;
}

/** A hub of a plan has thousands of dependencies, and a retry of retries names a place for each: rows that are read in bulk have neither. */
export const keptDeployment = (deployment: KeptDeployment | PlannedDeployment): KeptDeployment => {
  const { dependencies: _, replay: __, ...kept } = deployment as PlannedDeployment;
  return kept;
};

export const watchedDeployment = (deployment: WatchedDeployment | PlannedDeployment): WatchedDeployment => {
  const { replay } = deployment;
  return { ...keptDeployment(deployment), ...(replay === undefined ? {} : { replay: { kind: replay.kind } }) };
};

/** As a release that was verified keeps it: how many replicas it came back with after a delete holds until somebody says another number. */
export const releasedDeployment = (deployment: KeptDeployment | PlannedDeployment): KeptDeployment => {
  const kept = keptDeployment(deployment);
  const { replicas: _, ...settings } = kept.executor.settings;
  return { ...kept, executor: { ...kept.executor, settings } };
};

/** The deploy of what stands there, of one that deletes or scales it. */
export const deployOf = (deployment: KeptDeployment | PlannedDeployment): KeptDeployment => {
  const { action: _, replicas: __, ...kept } = keptDeployment(deployment);
  return kept;
};
