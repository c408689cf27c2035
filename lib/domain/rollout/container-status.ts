import type { JsonObject } from '../json.ts';
import type { Evidence } from './judgement.ts';
import { listAt, nameOf, objectAt, stringAt, valueAt } from './kubernetes-object.ts';

/** A container as its pod's status has it. */

/** Init containers before the others, as they run. */
export const statusesOf = (pod: JsonObject): readonly JsonObject[] => [
  ...listAt(pod, 'status', 'initContainerStatuses'),
  ...listAt(pod, 'status', 'containerStatuses'),
];

export const where = (pod: JsonObject, status: JsonObject): string =>
  `pod ${nameOf(pod)}, container ${stringAt(status, 'name') ?? ''}`;

export const containerEvidence = (pod: JsonObject, status: JsonObject, reason: string, message: string): Evidence => ({
  kind: 'pod',
  name: nameOf(pod),
  container: stringAt(status, 'name') ?? '',
  reason,
  message,
});

export const waitsFor = (status: JsonObject): string | undefined => stringAt(status, 'state', 'waiting', 'reason');

/** How its present run ended, or while it waits or runs, the run before. */
export function lastEnd(status: JsonObject): JsonObject | undefined {
  const ends = [objectAt(status, 'state', 'terminated'), objectAt(status, 'lastState', 'terminated')];
  return ends.find((end) => valueAt(end, 'exitCode') !== undefined);
}

/** Whether the end of this container is the end of its work, as with an init container that is no sidecar. */
export function mayEnd(pod: JsonObject, status: JsonObject): boolean {
  const name = stringAt(status, 'name');
  const isNamed = (container: JsonObject) => stringAt(container, 'name') === name;
  const init = listAt(pod, 'spec', 'initContainers').find(isNamed);
  const container = init ?? listAt(pod, 'spec', 'containers').find(isNamed);
  const ofPod = init === undefined ? stringAt(pod, 'spec', 'restartPolicy') : 'OnFailure';
  return (stringAt(container, 'restartPolicy') ?? ofPod ?? 'Always') !== 'Always';
}
