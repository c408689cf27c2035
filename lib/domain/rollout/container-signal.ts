import type { JsonObject } from '../json.ts';
import { foreignText } from '../record/foreign-text.ts';
import type { Evidence } from './judgement.ts';
import { conditionOf, listAt, nameOf, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';
import { evidenceLimit, type Signal } from './signal.ts';

interface WaitingRule {
  readonly key: string;
  readonly reason: string;
  readonly grace: number;
}

/** Permanent: the text of the reference will not change. */
const permanent = (reason: string): WaitingRule => ({ key: reason, reason, grace: 0 });

/** May heal when the ConfigMap, Secret or registry that is missing turns up a moment later. */
const short = (reason: string): WaitingRule => ({ key: reason, reason, grace: 10_000 });

/** The kubelet alternates between the two: one signal, a verdict at the second look a second later. */
const imagePull: WaitingRule = { key: 'ImagePull', reason: 'ImagePullBackOff', grace: 1_000 };

const waitingRules: Readonly<Record<string, WaitingRule>> = {
  ErrImagePull: imagePull,
  ImagePullBackOff: imagePull,
  InvalidImageName: permanent('InvalidImageName'),
  ErrImageNeverPull: permanent('ErrImageNeverPull'),
  RegistryUnavailable: short('RegistryUnavailable'),
  ImageInspectError: short('ImageInspectError'),
  CreateContainerConfigError: short('CreateContainerConfigError'),
  CreateContainerError: short('CreateContainerError'),
  RunContainerError: short('RunContainerError'),
  PostStartHookError: short('PostStartHookError'),
};

/** One restart may be a database that came up later; at the second it is a loop. */
const crashRestarts = 2;

/** A container that ended this short a time ago may look ready between two crashes. */
const settleMilliseconds = 10_000;

/** An autoscaler needs a minute or more for a new node; five minutes later none is coming. */
const unschedulable = { warnAfter: 60_000, grace: 300_000 } as const;

export interface SignalOptions {
  readonly now: number;
  /** The pods are as they were before the deployment: what they went through once is no failure of it. */
  readonly unchanged?: boolean;
  /** The owner counts its failures itself (a Job by its backoffLimit): crashes are its own affair. */
  readonly crashesAllowed?: boolean;
}

/** What fails or holds up these pods, the gravest first: shortest grace, then in the order of the pods. */
export function podSignals(pods: readonly JsonObject[], options: SignalOptions): readonly Signal[] {
  return pods
    .flatMap((pod) => [...containerSignals(pod, options), ...schedulingSignals(pod)])
    .sort((one, other) => one.grace - other.grace);
}

/** Why pods are not ready yet, for the record of a rollout that never finished. */
export function unreadyEvidence(pods: readonly JsonObject[]): readonly Evidence[] {
  return pods.flatMap((pod) => unreadyContainers(pod)).slice(0, evidenceLimit);
}

const statusesOf = (pod: JsonObject): readonly JsonObject[] => [
  ...listAt(pod, 'status', 'initContainerStatuses'),
  ...listAt(pod, 'status', 'containerStatuses'),
];

function containerSignals(pod: JsonObject, options: SignalOptions): readonly Signal[] {
  return statusesOf(pod).flatMap((status) => {
    const signal =
      waitingSignal(pod, status) ?? (options.crashesAllowed ? undefined : crashSignal(pod, status, options));
    return signal === undefined ? [] : [signal];
  });
}

function waitingSignal(pod: JsonObject, status: JsonObject): Signal | undefined {
  const reason = stringAt(status, 'state', 'waiting', 'reason');
  const rule = reason !== undefined && Object.hasOwn(waitingRules, reason) ? waitingRules[reason] : undefined;
  if (reason === undefined || rule === undefined) return undefined;
  const image = stringAt(status, 'image') ?? '';
  const detail = stringAt(status, 'state', 'waiting', 'message') ?? `container image ${image}`;
  const evidence = containerEvidence(pod, status, reason, detail);
  return { ...rule, message: `${where(pod, status)}: ${reason}: ${detail}`, evidence: [evidence] };
}

function crashSignal(pod: JsonObject, status: JsonObject, { now, unchanged }: SignalOptions): Signal | undefined {
  const restarts = numberAt(status, 'restartCount');
  const ended = endOf(status);
  const isLooping = stringAt(status, 'state', 'waiting', 'reason') === 'CrashLoopBackOff';
  const isUp = valueAt(status, 'ready') === true;
  if (ended === undefined && !isLooping) return undefined;
  const outOfMemory = stringAt(ended, 'reason') === 'OOMKilled';
  const reason = outOfMemory ? 'OOMKilled' : 'CrashLoopBackOff';
  const detail = `exit code ${numberAt(ended, 'exitCode')}, ${restarts} restarts${detailOf(status, ended)}`;
  const message = `${where(pod, status)}: ${reason}: ${detail}`;
  const evidence = [containerEvidence(pod, status, reason, detail)];
  const isCrash = isLooping ? restarts >= 1 : !isUp && restarts >= (outOfMemory ? 1 : crashRestarts);
  if (isCrash && !(unchanged && !isLooping)) return { key: 'Crash', reason, message, grace: 0, evidence };
  if (restarts === 0 || now - endedAt(ended) >= settleMilliseconds) return undefined;
  const settling = `${where(pod, status)} restarted less than ${settleMilliseconds / 1_000} s ago: ${detail}`;
  return { key: 'Settling', reason: 'Settling', message: settling, grace: Number.POSITIVE_INFINITY, evidence };
}

function schedulingSignals(pod: JsonObject): readonly Signal[] {
  const condition = conditionOf(pod, 'PodScheduled');
  if (stringAt(condition, 'status') !== 'False' || stringAt(condition, 'reason') !== 'Unschedulable') return [];
  const detail = stringAt(condition, 'message') ?? 'no node fits';
  const name = nameOf(pod);
  const evidence: Evidence = { kind: 'pod', name, reason: 'Unschedulable', message: detail };
  const message = `pod ${name} cannot be scheduled: ${detail}`;
  return [{ key: 'Unschedulable', reason: 'Unschedulable', message, ...unschedulable, evidence: [evidence] }];
}

/** The last end that was not a success: of the present state, else of the one before. */
function endOf(status: JsonObject): JsonObject | undefined {
  const ends = [objectAt(status, 'state', 'terminated'), objectAt(status, 'lastState', 'terminated')];
  return ends.find((end) => numberAt(end, 'exitCode') !== 0);
}

const endedAt = (ended: JsonObject | undefined): number => Date.parse(stringAt(ended, 'finishedAt') ?? '') || 0;

function detailOf(status: JsonObject, ended: JsonObject | undefined): string {
  const text = stringAt(ended, 'message') ?? stringAt(status, 'state', 'waiting', 'message');
  return text === undefined ? '' : `; ${foreignText(text.trim(), 500)}`;
}

const where = (pod: JsonObject, status: JsonObject): string =>
  `pod ${nameOf(pod)}, container ${stringAt(status, 'name') ?? ''}`;

const containerEvidence = (pod: JsonObject, status: JsonObject, reason: string, message: string): Evidence => ({
  kind: 'pod',
  name: nameOf(pod),
  container: stringAt(status, 'name') ?? '',
  reason,
  message,
});

function unreadyContainers(pod: JsonObject): readonly Evidence[] {
  if (stringAt(conditionOf(pod, 'Ready'), 'status') === 'True') return [];
  return listAt(pod, 'status', 'containerStatuses')
    .filter((status) => valueAt(status, 'ready') !== true)
    .map((status) => {
      const state = Object.keys(objectAt(status, 'state'))[0] ?? 'unknown';
      const reason = stringAt(status, 'state', 'waiting', 'reason') ?? 'NotReady';
      const detail = stringAt(status, 'state', 'waiting', 'message') ?? `the container is ${state} and not ready`;
      return containerEvidence(pod, status, reason, detail);
    });
}
