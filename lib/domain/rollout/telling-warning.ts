import type { JsonObject } from '../json.ts';
import { statusesOf } from './container-status.ts';
import { conditionOf, isReady, nameOf, numberAt, stringAt, valueAt } from './kubernetes-object.ts';
import { about, type WarningEvent } from './warning-event.ts';

const isScheduled = (pod: JsonObject): boolean => stringAt(conditionOf(pod, 'PodScheduled'), 'status') === 'True';

const hasStarted = (pod: JsonObject): boolean =>
  statusesOf(pod).some(
    (status) =>
      numberAt(status, 'restartCount') > 0 ||
      valueAt(status, 'state', 'running') !== undefined ||
      valueAt(status, 'state', 'terminated') !== undefined,
  );

/** Warnings that a pod has recovered from, by reason. */
const overcome: Readonly<Record<string, (pod: JsonObject) => boolean>> = {
  FailedScheduling: (pod) => isScheduled(pod) || hasStarted(pod),
  FailedAttachVolume: hasStarted,
  FailedCreatePodSandBox: hasStarted,
  FailedMapVolume: hasStarted,
  FailedMount: hasStarted,
};

/** It only repeats an earlier warning. */
const isEcho = ({ reason }: WarningEvent): boolean => reason === 'BackOff';

/** What the cluster says about the pods that are not ready, in one sentence: a failing probe, a missing volume. */
export function tellingWarning(pods: readonly JsonObject[], warnings: readonly WarningEvent[]): string | undefined {
  const said = pods
    .filter((pod) => !isReady(pod))
    .flatMap((pod) => lastOf(pod, warnings).map((warning) => ({ pod, warning })))
    .sort(
      (one, other) =>
        Number(isEcho(one.warning)) - Number(isEcho(other.warning)) || other.warning.last - one.warning.last,
    );
  const [first] = said;
  return first && `pod ${nameOf(first.pod)}: ${first.warning.reason}: ${first.warning.message}`;
}

function lastOf(pod: JsonObject, warnings: readonly WarningEvent[]): readonly WarningEvent[] {
  const isOver = ({ reason }: WarningEvent) => Object.hasOwn(overcome, reason) && overcome[reason]?.(pod) === true;
  return about(warnings, pod).filter((warning) => !isOver(warning));
}
