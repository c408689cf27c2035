import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { WorkloadView } from '../../domain/ports.ts';
import type { CaptureRow } from '../../domain/record/rows.ts';
import { captureBaseline, withContainer } from '../../domain/rollout/baseline.ts';
import { desiredReplicas } from '../../domain/rollout/kubernetes-object.ts';
import { anothersImage } from '../../domain/rollout/whose-image.ts';
import { expectedOf } from './expected-of.ts';

/**
 * Compares what runs with what was there before the first attempt. Describes what a new attempt or a restore would
 * replace although neither we nor those before us put it there. Undefined if it may proceed.
 */
export const notToBeReplaced = (
  deployment: PlannedDeployment,
  { baseline, first_baseline, previous }: Pick<CaptureRow, 'baseline' | 'first_baseline' | 'previous'>,
  view: WorkloadView,
): string | undefined => {
  const { workload, docker_image_version: version, docker_artifact_type: artifactType, action } = deployment;
  if (action !== undefined)
    return anothersState(
      deployment,
      { baseline: first_baseline ?? baseline, ...(previous === undefined ? {} : { previous }) },
      view,
    );
  const look = {
    ...{ workload: withContainer(workload, baseline), expected: { version, artifactType }, view },
    baseline: first_baseline ?? baseline,
  };
  return anothersImage(look, previous === undefined ? [] : [expectedOf(previous)]);
};

/** For deletes and scales: the workload is as it was before, or as requested. Anything else is somebody else's. */
const anothersState = (
  { workload, action, replicas }: PlannedDeployment,
  { baseline, previous }: Pick<CaptureRow, 'baseline' | 'previous'>,
  view: WorkloadView,
): string | undefined => {
  const object = view.workload;
  if (object === undefined) return undefined;
  if (action === 'scale') {
    const [stands, before] = [desiredReplicas(object), previous?.deployment.replicas];
    if (stands === replicas || stands === before || before === undefined) return undefined;
    return `${stands} replicas are requested: neither ${before}, as before, nor ${replicas}, as requested`;
  }
  const { image } = captureBaseline(withContainer(workload, baseline), view);
  if (image === undefined || image === baseline.image || image === previous?.image) return undefined;
  return `the image is ${image} and not ${baseline.image ?? 'the previous one'}: somebody has set it since`;
};
