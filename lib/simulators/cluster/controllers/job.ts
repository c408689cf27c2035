import { type Control, createPod, warn, withCondition } from '../control.ts';
import { type Condition, isLeaving, type Pod, timestamp, type Workload, withoutZeros } from '../kube-object.ts';

/** Between two attempts of a Job. The real controller waits 10 s and doubles that. */
const retryMilliseconds = 300;

/** Creates pods until enough have succeeded, or more than backoffLimit have failed, which is final. */
export function reconcileJob(control: Control, job: Workload): void {
  if (job.status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed')) {
    expire(control, job);
    return;
  }
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
    for (; active < wanted && control.now() >= due; active += 1) if (create(control, job) === undefined) break;
  }
  if (ending?.type === 'Failed') {
    warn(control, job, { reason: String(ending.reason), message: String(ending.message) });
  }
  control.store.update(job, (draft) => {
    const at = timestamp(control.now());
    draft.status = {
      ...(job.spec.suspend !== true && { startTime: draft.status?.startTime ?? at }),
      ...withoutZeros({ active, succeeded, failed, ready: inPhase('Running') }),
      ...conditionsOf(control, job, ending),
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

/** The real controller first announces the end, and reports it once the pods have ended. Here both happen at once. */
function conditionsOf(
  { now }: Control,
  job: Workload,
  ending: Omit<Condition, 'status'> | undefined,
): { readonly conditions?: Condition[] } {
  const before = job.status?.conditions ?? [];
  const isSuspended = job.spec.suspend === true;
  const told: Condition[] = [];
  if (isSuspended || before.some(({ type }) => type === 'Suspended')) told.push(isSuspended ? suspended : resumed);
  if (ending !== undefined) {
    const first = ending.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    told.push({ ...ending, type: first, status: 'True' }, { ...ending, status: 'True' });
  }
  const conditions = told.reduce<Condition[]>((all, next) => withCondition(all, next, now()), [...before]);
  return conditions.length > 0 ? { conditions } : {};
}

const suspended = { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' } as const;
const resumed = { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const;

/** Removes the Job after its own time to live. */
function expire(control: Control, job: Workload): void {
  const seconds = job.spec.ttlSecondsAfterFinished;
  if (typeof seconds !== 'number') return;
  const ended = (job.status?.conditions ?? []).find(({ type }) => type === 'Complete' || type === 'Failed');
  const due = (Date.parse(ended?.lastTransitionTime ?? '') || control.now()) + seconds * 1_000;
  if (due <= control.now()) control.store.remove(job);
  else control.wake(job, due);
}

const lastEnd = (pods: readonly Pod[]): number =>
  Math.max(
    0,
    ...pods
      .flatMap(({ status }) => status.containerStatuses ?? [])
      .map(({ state }) => Date.parse(state.terminated?.finishedAt ?? '') || 0),
  );

function create(control: Control, job: Workload): Pod | undefined {
  const labels = {
    'job-name': job.metadata.name,
    'batch.kubernetes.io/job-name': job.metadata.name,
    'controller-uid': job.metadata.uid,
  };
  return createPod(control, job, { template: job.spec.template, labels });
}
