import type { JsonObject } from '../json.ts';
import { cannotMove } from './cannot-move.ts';
import { isOfPresent } from './condition.ts';
import { isUnchanged } from './counts.ts';
import { describeImages } from './expected-image.ts';
import { type Evidence, type Finding, failing, healthy, type Seen, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { conditionOf, labelOf, listAt, nameOf, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';
import { podsOfNewRevision } from './revision.ts';
import type { KindReport, Signal } from './signal.ts';
import { evidenceLimit } from './signal.ts';

/**
 * A Job ends for good with a condition: Complete or Failed. Its template cannot change, so a new version is a new Job
 * (new uid). Its own backoffLimit counts crashes. It would wait forever for what can never start (a bad image), so we
 * do not.
 */
export function judgeJob(look: Seen): KindReport {
  const { object, view, workload } = look;
  const pods = podsOfNewRevision(workload, view);
  const ended = ['Failed', 'FailureTarget']
    .map((type) => trueCondition(object, type))
    .find((found) => found !== undefined);
  if (ended !== undefined) {
    const cause = stringAt(ended, 'reason') ?? 'Failed';
    const counts = `${numberAt(object, 'status', 'failed')} failed, ${numberAt(object, 'status', 'succeeded')} succeeded`;
    const detail = stringAt(ended, 'message');
    const message = `the job failed for good: ${cause}${detail === undefined ? '' : `, ${detail}`} (${counts})`;
    const fact: Evidence = { kind: 'condition', name: 'Failed', reason: cause, message };
    const finding = failing('JobFailed', message, [fact, ...failedPods(pods)]);
    return isOfPresent(look, object, ended) ? { signals: [], finding } : failedBefore(finding);
  }
  const completions = Number(valueAt(object, 'spec', 'completions') ?? 1);
  const succeeded = numberAt(object, 'status', 'succeeded');
  const text = `${succeeded} of ${completions} completions with ${describeImages(look, object)}`;
  if (trueCondition(object, 'Complete') !== undefined) {
    const finding = isUnchanged(look)
      ? healthy('AlreadyRunning', `nothing changed: ${text}, as before the deployment`)
      : healthy('JobComplete', text);
    return { signals: [], finding };
  }
  return kindReport(
    look,
    { pods, signals: suspendedSignals(look), crashesAllowed: true },
    { finding: waiting('JobRunning', text) },
  );
}

/** A failure before the deployment says nothing about it. But if no other Job replaces it, nothing was run. */
function failedBefore({ reason, message, evidence = [] }: Finding): KindReport {
  const text = `${message}; that was before this deployment, which has not created another one yet`;
  const signal: Signal = { key: 'JobFailedBefore', reason, message: text, grace: 120_000, evidence };
  return { signals: [signal], finding: waiting(reason, text) };
}

/** Kueue keeps its queues' jobs suspended until there is room: that only takes time. */
function suspendedSignals({ object, workload }: Seen): readonly Signal[] {
  if (valueAt(object, 'spec', 'suspend') !== true || labelOf(object, 'kueue.x-k8s.io/queue-name') !== undefined)
    return [];
  return [
    cannotMove('Suspended', `the job ${workload.name} is suspended, so nothing runs; resume it, then deploy again`),
  ];
}

function trueCondition(object: JsonObject, type: string): JsonObject | undefined {
  const condition = conditionOf(object, type);
  return stringAt(condition, 'status') === 'True' ? condition : undefined;
}

/** The containers that failed: their logs say why. */
function failedPods(pods: readonly JsonObject[]): readonly Evidence[] {
  return pods
    .flatMap((pod) =>
      [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')].flatMap(
        (status): readonly Evidence[] => {
          const ends = [objectAt(status, 'state', 'terminated'), objectAt(status, 'lastState', 'terminated')];
          const end = ends.find((one) => numberAt(one, 'exitCode') !== 0);
          if (end === undefined) return [];
          const reason = stringAt(end, 'reason') === 'OOMKilled' ? 'OOMKilled' : 'ContainerFailed';
          const message = `exit code ${numberAt(end, 'exitCode')}, ${stringAt(end, 'reason') ?? 'Error'}`;
          return [{ kind: 'pod', name: nameOf(pod), container: stringAt(status, 'name') ?? '', reason, message }];
        },
      ),
    )
    .slice(0, evidenceLimit);
}
