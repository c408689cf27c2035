import { type Control, createPod, warn } from '../control.ts';
import { type Condition, isLeaving, type Pod, timestamp, type Workload, withoutZeros } from '../kube-object.ts';

/** Between two tries of a Job; the real one waits 10 s and doubles it. */
const retryMilliseconds = 300;

/** Pods until enough have succeeded, or more than backoffLimit have failed: then it has failed for good. */
export function reconcileJob(control: Control, job: Workload): void {
  if (job.status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed')) return;
  const pods = control.store.ownedBy<Pod>(job.metadata.uid, 'Pod');
  const inPhase = (...phases: readonly string[]) => pods.filter(({ status }) => phases.includes(status.phase)).length;
  const succeeded = inPhase('Succeeded');
  const failed = inPhase('Failed');
  let active = pods.filter((pod) => ['Pending', 'Running'].includes(pod.status.phase) && !isLeaving(pod)).length;
  const completions = job.spec.completions ?? 1;
  const ending = endingOf(job, { succeeded, failed, completions });
  if (ending === undefined && job.spec.suspend !== true) {
    const due = lastEnd(pods) + (failed > 0 ? retryMilliseconds : 0);
    const wanted = Math.min(job.spec.parallelism ?? 1, completions - succeeded);
    if (active < wanted && control.now() < due) control.wake(job, due);
    for (; active < wanted && control.now() >= due; active += 1) create(control, job);
  }
  if (ending?.type === 'Failed') {
    warn(control, job, { reason: String(ending.reason), message: String(ending.message) });
  }
  control.store.update(job, (draft) => {
    const at = timestamp(control.now());
    draft.status = {
      ...(job.spec.suspend !== true && { startTime: draft.status?.startTime ?? at }),
      ...withoutZeros({ active, succeeded, failed, ready: inPhase('Running') }),
      ...(ending !== undefined && { conditions: [{ ...ending, status: 'True', lastTransitionTime: at }] }),
      ...(ending?.type === 'Complete' && { completionTime: at }),
    };
  });
}

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly completions: number;
}

function endingOf(job: Workload, { succeeded, failed, completions }: Counts): Omit<Condition, 'status'> | undefined {
  if (succeeded >= completions) {
    return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  }
  if (failed <= (job.spec.backoffLimit ?? 6)) return undefined;
  return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
}

const lastEnd = (pods: readonly Pod[]): number =>
  Math.max(
    0,
    ...pods
      .flatMap(({ status }) => status.containerStatuses ?? [])
      .map(({ state }) => Date.parse(state.terminated?.finishedAt ?? '') || 0),
  );

function create(control: Control, job: Workload): void {
  const labels = {
    'job-name': job.metadata.name,
    'batch.kubernetes.io/job-name': job.metadata.name,
    'controller-uid': job.metadata.uid,
  };
  createPod(control, job, { template: job.spec.template, labels });
}
