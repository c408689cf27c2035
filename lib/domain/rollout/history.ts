import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import { isOwnedBy, labelOf, nameOf, numberAt, objectAt, stringAt } from './kubernetes-object.ts';

/** How a kind keeps its earlier pod templates. */
interface History {
  /** Grows with every template that is rolled out. A template that is used again gets a new number. */
  readonly numberOf: (revision: JsonObject) => number;
  readonly podSpec: readonly string[];
}

const controllerRevisions: History = {
  numberOf: (revision) => numberAt(revision, 'revision'),
  podSpec: ['data', 'spec', 'template', 'spec'],
};

const replicaSets = (annotation: string): History => ({
  numberOf: (replicaSet) => Number(stringAt(replicaSet, 'metadata', 'annotations', annotation) ?? 0) || 0,
  podSpec: ['spec', 'template', 'spec'],
});

/** A new kind with readable history is a row. Jobs, CronJobs and pods keep none. */
const histories: Readonly<Partial<Record<WorkloadKind, History>>> = {
  deployment: replicaSets('deployment.kubernetes.io/revision'),
  rollout: replicaSets('rollout.argoproj.io/revision'),
  statefulset: controllerRevisions,
  daemonset: controllerRevisions,
};

const hashLabels = ['pod-template-hash', 'rollouts-pod-template-hash'] as const;

interface Kept {
  /** Its name, and the hash that identifies it. */
  readonly names: readonly (string | undefined)[];
  readonly number: number;
  readonly podSpec: JsonObject;
}

const keptOf = ({ kind }: Workload, { workload, revisions }: WorkloadView): readonly Kept[] => {
  const history = histories[kind];
  if (history === undefined) return [];
  const uid = stringAt(workload, 'metadata', 'uid');
  return revisions
    .filter((revision) => isOwnedBy(revision, uid))
    .map((revision) => ({
      names: [nameOf(revision), ...hashLabels.map((label) => labelOf(revision, label))],
      number: history.numberOf(revision),
      podSpec: objectAt(revision, ...history.podSpec),
    }));
};

/** The number of the newest kept template; undefined if there is none. */
export const newestNumber = (workload: Workload, view: WorkloadView): number | undefined => {
  const numbers = keptOf(workload, view).map(({ number }) => number);
  return numbers.length === 0 ? undefined : Math.max(...numbers);
};

/** The pod specs rolled out after that number, in order, as far as they are kept: `revisionHistoryLimit` may be 0. */
export const podSpecsSince = (workload: Workload, view: WorkloadView, number: number): readonly JsonObject[] =>
  keptOf(workload, view)
    .filter((kept) => kept.number > number)
    .toSorted((one, other) => one.number - other.number)
    .map(({ podSpec }) => podSpec);

/** The current number of a kept template, by its name or hash. */
export const numberOfKept = (workload: Workload, view: WorkloadView, name: string): number | undefined =>
  keptOf(workload, view).find(({ names }) => names.includes(name))?.number;
