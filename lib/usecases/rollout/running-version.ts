import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { WorkloadView } from '../../domain/ports.ts';
import { captureBaseline } from '../../domain/rollout/baseline.ts';
import { parseImage } from '../../domain/rollout/image.ts';
import { versionOf } from '../../domain/rollout/image-version.ts';

/** The version that a workload runs, no matter who deployed it. A chart's version cannot be read from the cluster. */
export const runningVersion = (
  { workload, docker_artifact_type: artifactType }: Pick<PlannedDeployment, 'workload' | 'docker_artifact_type'>,
  view: WorkloadView,
): { readonly running?: string } => {
  const { image } = captureBaseline(workload, view);
  if (image === undefined || artifactType !== 'docker') return {};
  const running = versionOf(parseImage(image));
  return running === undefined ? {} : { running };
};
