import { actingOf, deploys } from '../plan/action.ts';
import type { PlannedDeployment } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import type { Evidence } from '../record/evidence.ts';
import type { CaptureRow } from '../record/rows.ts';
import { withContainer } from '../rollout/baseline.ts';
import { isExpectedImage } from '../rollout/expected-image.ts';
import type { Expected } from '../rollout/judgement.ts';
import { desiredReplicas } from '../rollout/kubernetes-object.ts';
import { isRunning, judgeRollout } from '../rollout/verdict.ts';

/** The likely outcome of an UNKNOWN deployment after one look. A person decides. */
export interface Proposed {
  /** Absent if the look is inconclusive. */
  readonly status?: 'SUCCESS' | 'FAILED';
  readonly message: string;
  readonly evidence: readonly Evidence[];
}

export interface SeenOfUnknown {
  readonly deployment: PlannedDeployment;
  readonly capture: CaptureRow;
  /** What must run if the previous release is in place. */
  readonly before: Expected | undefined;
  readonly view: WorkloadView;
  readonly now: number;
}

/**
 * SUCCESS if what was asked for runs well. FAILED if the previous release runs, if nothing is there as before, or if
 * what was asked for fails for good. Anything else may still become either.
 */
export const proposeOutcome = (seen: SeenOfUnknown): Proposed => {
  if (!deploys(seen.deployment)) return proposeAct(seen);
  const { deployment, capture, before, view, now } = seen;
  const baseline = capture.first_baseline ?? capture.baseline;
  const { docker_image_version: version, docker_artifact_type: artifactType, rollout: settings } = deployment;
  const workload = withContainer(deployment.workload, baseline);
  const look = { workload, view, now, ...(settings && { settings }) };
  const image = deployment.replay?.image;
  const expected = { version, artifactType, ...(image === undefined ? {} : { image }) };
  const asked = { ...look, baseline, expected };
  if (before !== undefined && isRunning({ ...look, expected: before })) {
    return told('FAILED', `The previous release, version ${before.version}, runs well.`);
  }
  if (view.workload === undefined) {
    return baseline.exists
      ? told(undefined, 'Nothing runs there now, but something did before.')
      : told('FAILED', 'Nothing runs there, as before.');
  }
  const { verdict, reason, message, evidence } = judgeRollout(asked);
  const isIt = isExpectedImage(asked);
  if (isIt !== true) {
    const why =
      isIt === false
        ? 'What runs there is neither the requested version nor the previous release'
        : 'It is not clear which version runs there';
    return told(undefined, `${why}: ${message}.`, evidence);
  }
  if (verdict === 'healthy') return told('SUCCESS', `Version ${version} runs well: ${message}.`);
  if (verdict === 'failing')
    return told('FAILED', `Version ${version} is there and fails, ${reason}: ${message}.`, evidence);
  return told(undefined, `Version ${version} is there, but is not healthy yet, ${reason}: ${message}.`, evidence);
};

/**
 * For a delete: SUCCESS if it is gone, FAILED if it is there unchanged. For a scale: by the number of replicas
 * requested now.
 */
const proposeAct = ({ deployment, capture, view, now }: SeenOfUnknown): Proposed => {
  const { workload, rollout: settings, replicas, action } = deployment;
  const baseline = capture.first_baseline ?? capture.baseline;
  const expected = { version: '', artifactType: deployment.docker_artifact_type };
  const look = { workload, expected, baseline, view, now, acting: actingOf(deployment), ...(settings && { settings }) };
  const { verdict, reason, message, evidence } = judgeRollout(look);
  if (verdict === 'healthy') return told('SUCCESS', `As asked for, ${reason}: ${message}.`);
  const before = capture.previous?.deployment.replicas;
  const isUndone = action === 'delete' ? reason === 'NotDeleted' : before !== replicas && stands(view) === before;
  if (isUndone) return told('FAILED', `It is there as before: ${message}.`, evidence);
  return told(undefined, `It is not as requested yet, ${reason}: ${message}.`, evidence);
};

const stands = ({ workload }: WorkloadView): number | undefined =>
  workload === undefined ? undefined : desiredReplicas(workload);

const told = (status: Proposed['status'], message: string, evidence: readonly Evidence[] = []): Proposed => ({
  ...(status === undefined ? {} : { status }),
  message,
  evidence,
});
