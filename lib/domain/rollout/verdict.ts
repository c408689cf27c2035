import type { WorkloadKind } from '../plan/plan.ts';
import { goneReport, leavingReport, madeBy } from './absent.ts';
import { judgeArgoRollout } from './argo-rollout.ts';
import { captureBaseline, withContainer } from './baseline.ts';
import { judgeCertificate } from './certificate.ts';
import { judgeCronJob } from './cron-job.ts';
import { judgeCustomObject } from './custom-object.ts';
import { judgeDaemonSet } from './daemon-set.ts';
import { judgeDeployment } from './deployment.ts';
import { digestOf, withDigests } from './digest.ts';
import { isExpectedImage } from './expected-image.ts';
import { judgeGone } from './gone.ts';
import { imageFinding, imagesToRemember, imageWarning, templateToRemember } from './image-finding.ts';
import { judgeJob } from './job.ts';
import type { Judgement, Look, Progress, Seen } from './judgement.ts';
import { judgeKnativeService } from './knative-service.ts';
import { judgePod } from './pod.ts';
import { judgeScaled } from './scaled.ts';
import { judgeSignals, type KindReport } from './signal.ts';
import { judgeStatefulSet } from './stateful-set.ts';
import { warningEvidence } from './warning-event.ts';
import { replacedWarning } from './whose-image.ts';

/** A new kind is one row. */
const kinds: Readonly<Record<WorkloadKind, (look: Seen) => KindReport>> = {
  deployment: judgeDeployment,
  statefulset: judgeStatefulSet,
  daemonset: judgeDaemonSet,
  job: judgeJob,
  cronjob: judgeCronJob,
  pod: judgePod,
  rollout: judgeArgoRollout,
  'knative-service': judgeKnativeService,
  certificate: judgeCertificate,
  custom: judgeCustomObject,
};

/**
 * Whether the requested version runs. Pass each answer's `progress` to the next look at the same workload. The caller
 * needs its own deadline: `waiting` may last forever.
 */
export function judgeRollout(asked: Look): Judgement {
  const look = { ...asked, workload: withContainer(asked.workload, asked.baseline) };
  const report = reportOf(look);
  const { first_seen, finding } = judgeSignals(report, look);
  const digest = digestOf(look);
  return { ...finding, ...(digest !== undefined && { digest }), progress: nextProgress(look, first_seen) };
}

/** Whether this release already runs and is ready, so nothing needs restoring. False if that is unclear. */
export function isRunning(look: Pick<Look, 'workload' | 'expected' | 'view' | 'now' | 'settings'>): boolean {
  const baseline = captureBaseline(look.workload, look.view);
  return isExpectedImage(look) === true && judgeRollout({ ...look, baseline }).verdict === 'healthy';
}

function reportOf(look: Look): KindReport {
  const { workload, view, acting } = look;
  if (acting?.action === 'delete') return judgeGone(look);
  if (view.workload === undefined) return goneReport(look);
  const leaving = leavingReport({ ...look, object: view.workload });
  if (leaving !== undefined) return leaving;
  if (acting?.action === 'scale')
    return { ...judgeScaled({ ...look, object: view.workload }, kinds[workload.kind]), events: warningEvidence(look) };
  const wrong = imageFinding(look);
  if (wrong !== undefined) return { signals: [], finding: wrong };
  const seen = withDigests(look, kinds[workload.kind]({ ...look, object: view.workload }));
  const report = { ...seen, events: warningEvidence(look) };
  if (report.finding.verdict !== 'healthy') return report;
  const more = [imageWarning(look), replacedWarning(look)].filter((warning) => warning !== undefined);
  if (more.length === 0) return report;
  return { ...report, finding: { ...report.finding, warnings: [...(report.finding.warnings ?? []), ...more] } };
}

function nextProgress(look: Look, first_seen: Progress['first_seen']): Progress {
  const images = imagesToRemember(look);
  const template = templateToRemember(look);
  const made = madeBy(look);
  return {
    first_seen,
    saw_expected: look.previous?.saw_expected === true || isExpectedImage(look) === true,
    ...(images !== undefined && { images }),
    ...(template !== undefined && { template }),
    ...(made !== undefined && { made }),
  };
}
