import type { WorkloadKind } from '../plan/plan.ts';
import type { KubernetesObject, WorkloadView } from '../ports.ts';
import { conditionOf, listAt, nameOf, numberAt, stringAt } from './kubernetes-object.ts';

/** A pod as it is now, with its containers that have logs. */
export interface SeenPod {
  readonly name: string;
  readonly phase: string;
  readonly created_at?: string;
  readonly containers: readonly SeenContainer[];
}

export interface SeenContainer {
  readonly name: string;
  readonly image: string;
  readonly restarts: number;
}

/** A run of a Job or a CronJob. */
export interface SeenJob {
  readonly name: string;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  /** How it ended, and why, if known. */
  readonly ended?: 'Complete' | 'Failed';
  readonly message?: string;
}

/** Newest first. */
export const podsOf = ({ pods }: Pick<WorkloadView, 'pods'>): readonly SeenPod[] =>
  pods.map(podOf).sort((a, b) => order(b.created_at, a.created_at) || order(a.name, b.name));

const order = (one = '', other = ''): number => (one < other ? -1 : Number(one > other));

const podOf = (pod: KubernetesObject): SeenPod => {
  const created_at = stringAt(pod, 'metadata', 'creationTimestamp');
  const statuses = new Map(statusesOf(pod).map((status) => [stringAt(status, 'name'), status]));
  const containers = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')];
  return {
    name: nameOf(pod),
    phase: stringAt(pod, 'status', 'phase') ?? 'Pending',
    ...(created_at === undefined ? {} : { created_at }),
    containers: containers.map((container) => {
      const name = stringAt(container, 'name') ?? '';
      return {
        name,
        image: stringAt(container, 'image') ?? '',
        restarts: numberAt(statuses.get(name), 'restartCount'),
      };
    }),
  };
};

const statusesOf = (pod: KubernetesObject) => [
  ...listAt(pod, 'status', 'containerStatuses'),
  ...listAt(pod, 'status', 'initContainerStatuses'),
];

/** The Jobs of a workload that is one or creates them; undefined for all others. */
export const jobsOf = (kind: WorkloadKind, { workload, revisions }: WorkloadView): readonly SeenJob[] | undefined => {
  if (kind === 'cronjob') return revisions.map(jobOf).sort((a, b) => order(a.name, b.name));
  if (kind !== 'job') return undefined;
  return workload === undefined ? [] : [jobOf(workload)];
};

const ends = ['Complete', 'Failed'] as const;

const jobOf = (job: KubernetesObject): SeenJob => {
  const ended = ends.find((type) => stringAt(conditionOf(job, type), 'status') === 'True');
  const message = ended === undefined ? undefined : stringAt(conditionOf(job, ended), 'message');
  return {
    name: nameOf(job),
    active: numberAt(job, 'status', 'active'),
    succeeded: numberAt(job, 'status', 'succeeded'),
    failed: numberAt(job, 'status', 'failed'),
    ...(ended === undefined ? {} : { ended }),
    ...(message === undefined ? {} : { message }),
  };
};
