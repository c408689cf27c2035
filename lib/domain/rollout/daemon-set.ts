import type { JsonObject } from '../json.ts';
import { done, firstShort, generationFinding } from './counts.ts';
import { type Finding, type Seen, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { hasEnded, isReady, listAt, numberAt, objectAt, valueAt } from './kubernetes-object.ts';
import { onDeleteSignals } from './on-delete.ts';
import { podsOfNewRevision } from './revision.ts';
import { type KindReport, lasted } from './signal.ts';

/** kstatus' counts. If no node matches, 0 of 0 is ready once it lasts, with a warning. */
export function judgeDaemonSet(look: Seen): KindReport {
  const { object, view, workload } = look;
  const unobserved = generationFinding(object);
  if (unobserved !== undefined) return { signals: [], finding: unobserved };
  const pods = podsOfNewRevision(workload, view);
  const pending = countsFinding(object);
  const counts = countsOf(object, pods);
  const { desired, updated, ready } = counts;
  if (pending === undefined) return kindReport(look, { pods }, done(look, { ready: desired, desired, pods }));
  const stuck = onDeleteSignals(look, { updated, desired });
  if (stuck.length > 0 || pods.some(runsUnready) || !isWithinUnavailable(object, counts)) {
    return kindReport(look, { pods, signals: stuck }, { finding: pending });
  }
  // A different count is a different state: the grace period restarts.
  const key = `NodesMissing ${ready} ${desired}`;
  if (lasted(look, key) < missingMilliseconds) {
    return kindReport(look, { pods }, { finding: pending, timed: [key] });
  }
  const warnings = [
    `${desired - ready} of ${desired} nodes have no ready pod of the new revision for more than ` +
      `${missingMilliseconds / 1_000} s, which maxUnavailable allows; look at these nodes`,
  ];
  const settled = done(look, { ready, desired, pods: pods.filter(isReady), warnings });
  return kindReport(look, { pods }, { finding: settled.finding, timed: [key] });
}

/** A restarting node is back by then. One that is gone for good does not fail a rollout on all others. */
const missingMilliseconds = 60_000;

interface Counts {
  readonly desired: number;
  /** Ready on nodes, of any revision. */
  readonly readyOfAny: number;
  readonly updated: number;
  /** Of the new revision. Without visible pods, as many as the counts prove. */
  readonly ready: number;
}

function countsOf(object: JsonObject, pods: readonly JsonObject[]): Counts {
  const status = (name: string) => numberAt(object, 'status', name);
  const desired = status('desiredNumberScheduled');
  const updated = status('updatedNumberScheduled');
  const readyOfAny = Math.min(status('numberReady'), status('numberAvailable'));
  const proven = Math.max(0, updated + readyOfAny - desired);
  const ready = pods.length > 0 ? Math.min(pods.filter(isReady).length, readyOfAny) : proven;
  return { desired, readyOfAny, updated, ready };
}

/** Its kubelet is alive and reports that the program is not ready: the node is not missing. */
const runsUnready = (pod: JsonObject): boolean =>
  !hasEnded(pod) &&
  listAt(pod, 'status', 'containerStatuses').some(
    (status) => valueAt(status, 'state', 'running') !== undefined && valueAt(status, 'ready') !== true,
  );

/** Nodes without a ready pod, while no older pod serves there: the controller will still replace those. */
function isWithinUnavailable(object: JsonObject, { desired, readyOfAny, ready }: Counts): boolean {
  return ready > 0 && ready < desired && readyOfAny <= ready && desired - ready <= maxUnavailableOf(object, desired);
}

/** A percentage is rounded up, as the controller does. */
function maxUnavailableOf(object: JsonObject, desired: number): number {
  const value = valueAt(objectAt(object, 'spec', 'updateStrategy', 'rollingUpdate'), 'maxUnavailable') ?? 1;
  if (typeof value === 'number') return value;
  const percent = Number(String(value).replace('%', ''));
  return Number.isNaN(percent) ? 0 : Math.ceil((desired * percent) / 100);
}

function countsFinding(object: JsonObject): Finding | undefined {
  const status = (name: string) => numberAt(object, 'status', name);
  // The one counter that is written even when it is 0. Absent means that the nodes are not counted yet.
  if (valueAt(object, 'status', 'desiredNumberScheduled') === undefined) {
    return waiting('NodesNotCounted', 'the controller has not counted the nodes yet');
  }
  const need = status('desiredNumberScheduled');
  return firstShort([
    { reason: 'ReplicasNotUpdated', have: status('updatedNumberScheduled'), need, text: 'nodes have the new revision' },
    { reason: 'ReplicasNotReady', have: status('numberReady'), need, text: 'nodes are ready' },
    { reason: 'ReplicasNotAvailable', have: status('numberAvailable'), need, text: 'nodes are available' },
  ]);
}
