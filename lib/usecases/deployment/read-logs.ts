import { unknownName } from '../../domain/batch/unknown-name.ts';
import { invalidRequest } from '../../domain/complaint.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { describeObject } from '../../domain/plan/describe-deployment.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Cluster, WorkloadView } from '../../domain/ports.ts';
import type { Evidence } from '../../domain/record/evidence.ts';
import { foreignName, foreignReference, foreignText } from '../../domain/record/foreign-text.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import { jobsOf, podsOf, type SeenContainer, type SeenJob, type SeenPod } from '../../domain/rollout/pod-containers.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { isoTime } from '../iso-time.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { askWithin, lookNow } from '../rollout/look-now.ts';
import { findKey } from './find-key.ts';
import { fittingLines, linesBefore, mostLogBytes } from './fitting-lines.ts';

/** A cluster is asked for two things: what belongs to a workload, and logs. */
export type LogDeps = Pick<Deps, 'table' | 'documents' | 'clock' | 'cluster'> & AskedBy;

export interface LogsInput {
  readonly batchId: string;
  readonly key: string;
  readonly container?: string | undefined;
  /** Lines per container. */
  readonly tail: number;
  readonly previous: boolean;
}

/** The logs of what runs there now, whichever deployment made it. */
export interface LogsView {
  readonly batch_id: string;
  readonly key: string;
  /** The object in words: kind, namespace, name and cluster. */
  readonly workload: string;
  readonly tail: number;
  readonly previous: boolean;
  /** Why there are no logs; absent if there are. */
  readonly reason?: 'ClusterUnavailable' | 'WorkloadMissing' | 'NoPods';
  readonly message?: string;
  /** Newest first. */
  readonly pods: readonly PodLogs[];
  /** How many more pods there are. Their logs were not read. */
  readonly pods_left_out?: number;
  /** For a Job, or a CronJob's Jobs. */
  readonly jobs?: readonly SeenJob[];
  /** The lines recorded when this deployment failed. Its pods may be gone. */
  readonly recorded: readonly Evidence[];
  readonly read_at: string;
}

export interface PodLogs extends Omit<SeenPod, 'containers'> {
  readonly containers: readonly ContainerLogs[];
}

export interface ContainerLogs extends SeenContainer {
  readonly lines: readonly string[];
  /** There were more lines than fit. */
  readonly cut?: true;
  /** Why there are none. */
  readonly message?: string;
}

/** Nobody reads more, and each pod is a request. */
const mostPods = 10;
const mostLogs = 30;

/** Reads the logs of a deployment's pods now. Records nothing, and answers whatever the cluster does. */
export const readLogs = async (deps: LogDeps, input: LogsInput): Promise<LogsView> => {
  const header = await findSeenBatch(deps, input.batchId);
  const { planned, recorded } = await readRecorded(deps, header, input.key);
  const { key, tail, previous } = input;
  const told = {
    ...{ batch_id: header.batch_id, key, workload: describeObject(planned), tail, previous, recorded },
    read_at: isoTime(deps.clock.now()),
  };
  const nothing = (reason: NonNullable<LogsView['reason']>, message: string): LogsView => {
    return { ...told, reason, message: foreignText(message, longestMessage), pods: [] };
  };
  const glance = await lookNow(deps, planned.cluster, [planned.workload]);
  if ('unseen' in glance) return nothing('ClusterUnavailable', glance.unseen);
  const { cluster, views } = glance.seen;
  const view = views[0]!;
  if (view.workload === undefined) return nothing('WorkloadMissing', `There is no ${told.workload}.`);
  const jobs = jobsOf(planned.workload.kind, view)?.map(shownJob);
  const seen = chosenOf(view, input.container);
  if (seen.pods.length === 0)
    return { ...nothing('NoPods', `${told.workload} has no pods now.`), ...(jobs && { jobs }) };
  const read = await askWithin(deps, planned.cluster, () => readAll(cluster, planned, { ...input, ...seen }));
  if ('unseen' in read) return nothing('ClusterUnavailable', read.unseen);
  return {
    ...told,
    pods: read.seen,
    ...(seen.leftOut === 0 ? {} : { pods_left_out: seen.leftOut }),
    ...(jobs && { jobs }),
  };
};

const longestMessage = 1_000;

const readRecorded = async (deps: LogDeps, header: HeaderRow, key: string) => {
  const { index } = await findKey(deps, header, key);
  const { batch_id, plan_hash } = header;
  if (plan_hash === undefined) {
    const message = `Batch ${batch_id} is not planned, so none of it runs anywhere.`;
    throw new FlotillaError('StatusConflict', message, { batch_id });
  }
  const [planned, item] = await Promise.all([
    readPlanned(deps, batch_id, index),
    deps.table.get(keys.item(batch_id, index)),
  ]);
  const row = rowOf<ItemRow>(item);
  const evidence = row?.outcome?.evidence ?? row?.failure?.evidence ?? [];
  return { planned, recorded: evidence.filter(({ log }) => log !== undefined) };
};

const shownJob = ({ name, message, ...job }: SeenJob): SeenJob => ({
  ...job,
  name: foreignName(name),
  ...(message === undefined ? {} : { message: foreignText(message, longestMessage) }),
});

interface Chosen {
  readonly pods: readonly SeenPod[];
  readonly leftOut: number;
}

/** Throws RequestInvalid for a container that no pod has. */
const chosenOf = (view: WorkloadView, container: string | undefined): Chosen => {
  const all = podsOf(view);
  const known = [...new Set(all.flatMap(({ containers }) => containers.map(({ name }) => name)))];
  if (container !== undefined && all.length > 0 && !known.includes(container)) {
    throw invalidRequest({ path: 'query.container', message: unknownName('container', container, known) });
  }
  const pods = all.map((pod) => ({
    ...pod,
    containers: pod.containers.filter(({ name }) => container === undefined || name === container),
  }));
  const shown: SeenPod[] = [];
  let logs = 0;
  for (const pod of pods.slice(0, mostPods)) {
    logs += pod.containers.length;
    if (shown.length > 0 && logs > mostLogs) break;
    shown.push(pod);
  }
  return { pods: shown, leftOut: all.length - shown.length };
};

type Reading = Chosen & Pick<LogsInput, 'tail' | 'previous'>;

const readAll = (cluster: Cluster, planned: PlannedDeployment, reading: Reading): Promise<readonly PodLogs[]> => {
  const { pods } = reading;
  const count = pods.reduce((sum, { containers }) => sum + containers.length, 0);
  const bytes = Math.floor(mostLogBytes / Math.max(1, count));
  return Promise.all(
    pods.map(async ({ containers, ...pod }): Promise<PodLogs> => {
      const of = { namespace: planned.workload.namespace, pod: pod.name, bytes };
      const read = containers.map((one) => readOne(cluster, one, { ...reading, ...of }));
      return { ...pod, name: foreignName(pod.name), containers: await Promise.all(read) };
    }),
  );
};

const readOne = async (
  cluster: Cluster,
  { name, image, restarts }: SeenContainer,
  of: Reading & { readonly namespace: string; readonly pod: string; readonly bytes: number },
): Promise<ContainerLogs> => {
  const { namespace, pod, bytes, previous, tail } = of;
  const told = { name: foreignName(name), image: foreignReference(image), restarts };
  const asked = { namespace, pod, container: name, previous, lines: tail + linesBefore, bytes };
  const log = (await cluster.readLog?.(asked)) ?? { none: 'logs cannot be read from this cluster' };
  if ('none' in log) return { ...told, lines: [], message: foreignText(log.none, longestMessage) };
  const { lines, isCut } = fittingLines(log.lines, { tail, bytes });
  return { ...told, lines, ...(isCut || log.isCut ? { cut: true } : {}) };
};
