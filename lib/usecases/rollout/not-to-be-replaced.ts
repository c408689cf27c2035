import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { WorkloadView } from '../../domain/ports.ts';
import type { CaptureRow } from '../../domain/record/rows.ts';
import { withContainer } from '../../domain/rollout/baseline.ts';
import { anothersImage } from '../../domain/rollout/whose-image.ts';
import { expectedOf } from './expected-of.ts';

/**
 * What a new attempt, or a restore, would replace although neither we nor those before put it there; undefined where it may go on. It is
 * compared with what was there before the first attempt.
 */
export const notToBeReplaced = (
  deployment: PlannedDeployment,
  { baseline, first_baseline, previous }: Pick<CaptureRow, 'baseline' | 'first_baseline' | 'previous'>,
  view: WorkloadView,
): string | undefined => {
  const { workload, docker_image_version: version, docker_artifact_type: artifactType } = deployment;
  const look = {
    ...{ workload: withContainer(workload, baseline), expected: { version, artifactType }, view },
    baseline: first_baseline ?? baseline,
  };
  return anothersImage(look, previous === undefined ? [] : [expectedOf(previous)]);
};
