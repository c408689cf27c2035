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

/** What a look makes probable of an UNKNOWN deployment; a person decides. */
export interface Proposed {
  /** Absent where what is seen does not tell it. */
  readonly status?: 'SUCCESS' | 'FAILED';
  readonly message: string;
  readonly evidence: readonly Evidence[];
}

export interface SeenOfUnknown {
  readonly deployment: PlannedDeployment;
  readonly capture: CaptureRow;
  /** What must run where the release before is in place. */
  readonly before: Expected | undefined;
  readonly view: WorkloadView;
  readonly now: number;
}

/**
 * SUCCESS where what was asked for runs in good order; FAILED where the release before runs, where nothing stands as before, or where
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
    return told('FAILED', `The release before, version ${before.version}, runs in good order.`);
  }
  if (view.workload === undefined) {
    return baseline.exists
      ? told(undefined, 'Nothing stands there any more, and something did before.')
      : told('FAILED', 'Nothing stands there, as before.');
  }
  const { verdict, reason, message, evidence } = judgeRollout(asked);
  const isIt = isExpectedImage(asked);
  if (isIt !== true) {
    const why =
      isIt === false
        ? 'What stands there is neither what was asked for nor the release before'
        : 'It cannot be told which version stands there';
    return told(undefined, `${why}: ${message}.`, evidence);
  }
  if (verdict === 'healthy') return told('SUCCESS', `Version ${version} runs in good order: ${message}.`);
  if (verdict === 'failing')
    return told('FAILED', `Version ${version} stands there and fails, ${reason}: ${message}.`, evidence);
  return told(
    undefined,
    `Version ${version} stands there and is not in good order yet, ${reason}: ${message}.`,
    evidence,
  );
};

/** Of a delete: SUCCESS where it is gone, FAILED where it stands there unchanged. Of a scale: by the number that is asked for now. */
const proposeAct = ({ deployment, capture, view, now }: SeenOfUnknown): Proposed => {
  const { workload, rollout: settings, replicas, action } = deployment;
  const baseline = capture.first_baseline ?? capture.baseline;
  const expected = { version: '', artifactType: deployment.docker_artifact_type };
  const look = { workload, expected, baseline, view, now, acting: actingOf(deployment), ...(settings && { settings }) };
  const { verdict, reason, message, evidence } = judgeRollout(look);
  if (verdict === 'healthy') return told('SUCCESS', `As asked for, ${reason}: ${message}.`);
  const before = capture.previous?.deployment.replicas;
  const isUndone = action === 'delete' ? reason === 'NotDeleted' : before !== replicas && stands(view) === before;
  if (isUndone) return told('FAILED', `It stands there as before: ${message}.`, evidence);
  return told(undefined, `It is not as asked for yet, ${reason}: ${message}.`, evidence);
};

const stands = ({ workload }: WorkloadView): number | undefined =>
  workload === undefined ? undefined : desiredReplicas(workload);

const told = (status: Proposed['status'], message: string, evidence: readonly Evidence[] = []): Proposed => ({
  ...(status === undefined ? {} : { status }),
  message,
  evidence,
});
