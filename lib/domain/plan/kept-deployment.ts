import type { PlannedDeployment, Replay } from './plan.ts';

/**
 * A deployment as a release stores it, for running it again: without its dependencies, which are places in that plan,
 * and without its replay.
 */
export type KeptDeployment = Omit<PlannedDeployment, 'dependencies' | 'replay'>;

/** As a watch row stores it. Whether it is a rollback or a retry decides what follows a failure. */
export interface WatchedDeployment extends KeptDeployment {
  readonly replay?: Pick<Replay, 'kind'>;
}

/**
 * A hub of a plan has thousands of dependencies, and a retry of retries names a place for each. Rows that are read in
 * bulk omit both.
 */
export const keptDeployment = (deployment: KeptDeployment | PlannedDeployment): KeptDeployment => {
  const { dependencies: _, replay: __, ...kept } = deployment as PlannedDeployment;
  return kept;
};

export const watchedDeployment = (deployment: WatchedDeployment | PlannedDeployment): WatchedDeployment => {
  const { replay } = deployment;
  return { ...keptDeployment(deployment), ...(replay === undefined ? {} : { replay: { kind: replay.kind } }) };
};

/** As a verified release stores it. The replica count restored after a delete holds until somebody sets another. */
export const releasedDeployment = (deployment: KeptDeployment | PlannedDeployment): KeptDeployment => {
  const kept = keptDeployment(deployment);
  const { replicas: _, ...settings } = kept.executor.settings;
  return { ...kept, executor: { ...kept.executor, settings } };
};

/** The plain deploy behind a delete or a scale. */
export const deployOf = (deployment: KeptDeployment | PlannedDeployment): KeptDeployment => {
  const { action: _, replicas: __, ...kept } = keptDeployment(deployment);
  return kept;
};
