import { annotations } from '../../domain/manifests/marks.ts';
import { actingExecutors, deploys } from '../../domain/plan/action.ts';
import { keptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { WorkloadView } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type Release, rowOf } from '../../domain/record/rows.ts';
import type { Baseline } from '../../domain/rollout/baseline.ts';
import { desiredReplicas, stringAt } from '../../domain/rollout/kubernetes-object.ts';
import { endedStanding } from '../../domain/targets/ended-standing.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { runningVersion } from './running-version.ts';

export interface Observed {
  readonly view: WorkloadView;
  readonly baseline: Baseline;
}

export interface Standing extends Observed {
  readonly recorded: Release | undefined;
}

/** A scale returns to the earlier number of replicas, whatever runs and in whatever state. */
export const replicasBefore = (
  { clock }: Pick<Deps, 'clock'>,
  deployment: PlannedDeployment,
  { view, baseline, release }: Observed & { readonly release: Release | undefined },
): Release => {
  const version = release?.version ?? runningVersion(deployment, view).running ?? '';
  const kept = { ...keptDeployment(deployment), docker_image_version: version };
  return {
    version,
    ...(baseline.image === undefined ? {} : { image: baseline.image }),
    deployment: { ...kept, replicas: desiredReplicas(view.workload!) },
    origin: 'observed',
    at: clock.now(),
    batch_id: '',
  };
};

/**
 * What is restored after a delete gets the replicas that a scale had set, unless a later deploy named another number.
 */
export const withScaled = (release: Release, { workload }: WorkloadView): Release => {
  const { deployment } = release;
  const { executor } = deployment;
  const isSet = stringAt(workload, 'metadata', 'annotations', annotations.scaled) !== undefined;
  if (workload === undefined || !isSet || executor.settings.manifests === undefined) return release;
  const settings = { ...executor.settings, replicas: desiredReplicas(workload) };
  return { ...release, deployment: { ...deployment, executor: { ...executor, settings } } };
};

/** Says that Flotilla had deleted what was here. No restore deletes it again; only a requested rollback does. */
export const findTombstone = async (
  { table }: Pick<Deps, 'table'>,
  deployment: PlannedDeployment,
  { baseline, recorded }: Standing,
): Promise<Release | undefined> => {
  const isNew = deploys(deployment) && !baseline.exists && recorded === undefined;
  if (!isNew || !actingExecutors.includes(deployment.executor.name)) return undefined;
  const stands = endedStanding(rowOf<TargetRow>(await table.get(keys.targetNow(deployment.target))));
  if (stands?.state !== 'deleted') return undefined;
  const { batch_id, index, since: at } = stands;
  const gone = { ...keptDeployment(deployment), docker_image_version: '', action: 'delete' as const };
  return { version: '', deployment: gone, origin: 'recorded', at, batch_id, index };
};
