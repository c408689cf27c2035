import type { JsonObject } from '../json.ts';
import type { Evidence } from './judgement.ts';
import { listAt, nameOf, objectAt, stringAt, valueAt } from './kubernetes-object.ts';

/** A container's status, from its pod. */

/** Init containers first, in the order in which they run. */
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

/** How the current run ended, or the previous run if the container waits or runs. */
export function lastEnd(status: JsonObject): JsonObject | undefined {
  const ends = [objectAt(status, 'state', 'terminated'), objectAt(status, 'lastState', 'terminated')];
  return ends.find((end) => valueAt(end, 'exitCode') !== undefined);
}

/** Whether this container may end when its work is done, such as an init container that is no sidecar. */
export function mayEnd(pod: JsonObject, status: JsonObject): boolean {
  const name = stringAt(status, 'name');
  const isNamed = (container: JsonObject) => stringAt(container, 'name') === name;
  const init = listAt(pod, 'spec', 'initContainers').find(isNamed);
  const container = init ?? listAt(pod, 'spec', 'containers').find(isNamed);
  const ofPod = init === undefined ? stringAt(pod, 'spec', 'restartPolicy') : 'OnFailure';
  return (stringAt(container, 'restartPolicy') ?? ofPod ?? 'Always') !== 'Always';
}
