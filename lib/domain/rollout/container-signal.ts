import type { JsonObject } from '../json.ts';
import { containerEvidence, statusesOf, waitsFor } from './container-status.ts';
import { type CrashOptions, crashSignal } from './crash-signal.ts';
import type { Evidence } from './judgement.ts';
import { conditionOf, isReady, nameOf, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';
import { evidenceLimit, type Signal } from './signal.ts';
import { type PullOptions, waitingSignal } from './waiting-signal.ts';

/** An autoscaler needs a minute or more for a new node. After five more minutes, none is coming. */
const unschedulable = { warnAfter: 60_000, grace: 300_000 } as const;

export interface SignalOptions extends PullOptions, Pick<CrashOptions, 'now' | 'tolerance'> {
  /** Pods unchanged since before the deployment: their earlier troubles are not its failure. */
  readonly isOld?: (pod: JsonObject) => boolean;
  /** The owner counts failures itself (a Job by its backoffLimit): crashes are its business. */
  readonly crashesAllowed?: boolean;
}

/** What fails or delays these pods, worst first: shortest grace, then pod order. */
export function podSignals(pods: readonly JsonObject[], options: SignalOptions): readonly Signal[] {
  const placed = pods.filter(isPlaced).length;
  return pods
    .flatMap((pod) => [...containerSignals(pod, options), ...schedulingSignals(pod, placed)])
    .sort((one, other) => (one.grace === other.grace ? 0 : one.grace - other.grace));
}

/** Why pods are not ready yet, for the record of a rollout that never finished. */
export function unreadyEvidence(pods: readonly JsonObject[]): readonly Evidence[] {
  return pods.flatMap((pod) => unreadyContainers(pod)).slice(0, evidenceLimit);
}

function containerSignals(pod: JsonObject, options: SignalOptions): readonly Signal[] {
  const { crashesAllowed, isOld, now, tolerance, warnings = [] } = options;
  return statusesOf(pod).flatMap((status) =>
    [
      waitingSignal(pod, status, options),
      crashesAllowed ? undefined : crashSignal(pod, status, { now, tolerance, warnings, isOld: isOld?.(pod) ?? false }),
    ].filter((signal) => signal !== undefined),
  );
}

const isPlaced = (pod: JsonObject): boolean =>
  stringAt(conditionOf(pod, 'PodScheduled'), 'status') === 'True' || isReady(pod);

/** Room may appear for one pod after another: each pod that gets a node restarts the grace period. */
function schedulingSignals(pod: JsonObject, placed: number): readonly Signal[] {
  const condition = conditionOf(pod, 'PodScheduled');
  if (stringAt(condition, 'status') !== 'False' || stringAt(condition, 'reason') !== 'Unschedulable') return [];
  const detail = stringAt(condition, 'message') ?? 'no node fits';
  const name = nameOf(pod);
  const evidence: Evidence = { kind: 'pod', name, reason: 'Unschedulable', message: detail };
  const message = `pod ${name} cannot be scheduled: ${detail}`;
  const key = placed === 0 ? 'Unschedulable' : `Unschedulable ${placed}`;
  return [{ key, reason: 'Unschedulable', message, ...unschedulable, evidence: [evidence] }];
}

function unreadyContainers(pod: JsonObject): readonly Evidence[] {
  if (stringAt(conditionOf(pod, 'Ready'), 'status') === 'True') return [];
  const unready = statusesOf(pod).filter((status) => valueAt(status, 'ready') !== true);
  const told = unready.filter((status) => waitsFor(status) !== 'PodInitializing');
  return (told.length > 0 ? told : unready).map((status) => {
    const state = Object.keys(objectAt(status, 'state'))[0] ?? 'unknown';
    const end = objectAt(status, 'state', 'terminated');
    const reason = waitsFor(status) ?? stringAt(end, 'reason') ?? 'NotReady';
    const ended = valueAt(end, 'exitCode') === undefined ? '' : `, exit code ${numberAt(end, 'exitCode')}`;
    const detail = stringAt(status, 'state', 'waiting', 'message') ?? `the container is ${state} and not ready${ended}`;
    return containerEvidence(pod, status, reason, detail);
  });
}
