import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { WorkloadView } from '../../domain/ports.ts';
import { foreignName, foreignReference } from '../../domain/record/foreign-text.ts';
import type { CaptureRow, ItemRow } from '../../domain/record/rows.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import { type Baseline, mainContainer, withContainer } from '../../domain/rollout/baseline.ts';
import { ambiguousContainers, serviceContainer } from '../../domain/rollout/expected-image.ts';
import type { Look } from '../../domain/rollout/judgement.ts';
import type { Container } from '../../domain/rollout/pod-template.ts';

/** What shows which container is the service's. */
type Known = Pick<Look, 'workload' | 'expected' | 'baseline' | 'view'>;

const lookOf = (
  { workload, docker_image_version: version, docker_artifact_type: artifactType }: PlannedDeployment,
  baseline: Baseline,
  view: WorkloadView,
): Known => ({ workload: withContainer(workload, baseline), expected: { version, artifactType }, baseline, view });

/**
 * The service's container if the catalogue does not name it: known before the attempt, or the one that got the version
 * since the first attempt.
 */
export const containerSince = (
  deployment: PlannedDeployment,
  { baseline, first_baseline: first = baseline }: Pick<CaptureRow, 'baseline' | 'first_baseline'>,
  view: WorkloadView,
): string | undefined => baseline.container ?? gotVersion(lookOf(deployment, first, view))?.name;

/** In a new workload any container may have the version by chance, so that shows nothing. */
const gotVersion = (look: Known): Container | undefined =>
  look.baseline.images === undefined || ambiguousContainers(look).length === 0 ? undefined : serviceContainer(look);

/** A warning names only a few containers. */
const mostNames = 10;

export const severalContainers = (
  deployment: PlannedDeployment,
  baseline: Baseline,
  view: WorkloadView,
): Pick<CaptureRow, 'containers'> => {
  const names = ambiguousContainers(lookOf(deployment, baseline, view));
  return names.length === 0 ? {} : { containers: names.slice(0, mostNames).map(foreignName) };
};

/** What the service is: its image, and its container if the catalogue does not name it. */
export const serviceSeen = (
  { deployment, expected, baseline }: RolloutWatchRow,
  view: WorkloadView,
): Pick<ItemRow, 'image' | 'container'> => {
  const workload = withContainer(deployment.workload, baseline);
  const main = view.workload && mainContainer(workload, view.workload);
  const service = main ?? gotVersion({ workload, expected, baseline, view });
  if (service === undefined) return {};
  const image = foreignReference(service.image);
  return main !== undefined && baseline.container === undefined
    ? { image }
    : { image, container: foreignName(service.name) };
};
