import type { WorkloadKind } from '../plan/plan.ts';
import { judgeArgoRollout } from './argo-rollout.ts';
import { captureBaseline, withContainer } from './baseline.ts';
import { judgeCertificate } from './certificate.ts';
import { judgeCronJob } from './cron-job.ts';
import { judgeCustomObject } from './custom-object.ts';
import { judgeDaemonSet } from './daemon-set.ts';
import { judgeDeployment } from './deployment.ts';
import { isExpectedImage } from './expected-image.ts';
import { imageFinding, imagesToRemember, imageWarning, templateToRemember } from './image-finding.ts';
import { judgeJob } from './job.ts';
import { type Judgement, type Look, type Progress, type Seen, waiting } from './judgement.ts';
import { judgeKnativeService } from './knative-service.ts';
import { isDeleting } from './kubernetes-object.ts';
import { judgePod } from './pod.ts';
import { judgeSignals, type KindReport, type Signal } from './signal.ts';
import { judgeStatefulSet } from './stateful-set.ts';

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
 * Whether what was asked for is what runs. Give the `progress` of each answer to the next look at the same workload.
 * The caller has a deadline of its own: `waiting` may last for ever.
 */
export function judgeRollout(asked: Look): Judgement {
  const look = { ...asked, workload: withContainer(asked.workload, asked.baseline) };
  const report = reportOf(look);
  const { first_seen, finding } = judgeSignals(report, look);
  return { ...finding, progress: nextProgress(look, first_seen) };
}

/** Whether this release already runs and is ready, so that nothing needs to be restored. When it cannot be told: false. */
export function isRunning(look: Pick<Look, 'workload' | 'expected' | 'view' | 'now' | 'settings'>): boolean {
  const baseline = captureBaseline(look.workload, look.view);
  return isExpectedImage(look) === true && judgeRollout({ ...look, baseline }).verdict === 'healthy';
}

function reportOf(look: Look): KindReport {
  const { workload, view } = look;
  const title = `${workload.kind} ${workload.namespace}/${workload.name}`;
  if (view.workload === undefined) {
    const signal = missing(look, title);
    return { signals: [signal], finding: waiting(signal.reason, signal.message) };
  }
  if (isDeleting(view.workload)) {
    return { signals: [], finding: waiting('Terminating', `${title} is being deleted; a new one is awaited`) };
  }
  const wrong = imageFinding(look);
  if (wrong !== undefined) return { signals: [], finding: wrong };
  const report = kinds[workload.kind]({ ...look, object: view.workload });
  const warning = report.finding.verdict === 'healthy' ? imageWarning(look) : undefined;
  if (warning === undefined) return report;
  return { ...report, finding: { ...report.finding, warnings: [...(report.finding.warnings ?? []), warning] } };
}

/** A chart may delete and create its objects anew; two minutes later nothing will come. */
function missing(look: Look, title: string): Signal {
  const what = look.baseline.exists ? `${title} has gone` : `there is no ${title}`;
  return {
    key: 'WorkloadNotFound',
    reason: 'WorkloadNotFound',
    message: `${what}, although the executor is done; check its name and namespace in the catalogue`,
    grace: 120_000,
    evidence: [],
  };
}

function nextProgress(look: Look, first_seen: Progress['first_seen']): Progress {
  const images = imagesToRemember(look);
  const template = templateToRemember(look);
  return {
    first_seen,
    saw_expected: look.previous?.saw_expected === true || isExpectedImage(look) === true,
    ...(images !== undefined && { images }),
    ...(template !== undefined && { template }),
  };
}
