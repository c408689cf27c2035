import { isFlotillaError } from '../../domain/errors.ts';
import type { Cluster } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import type { PodToDelete } from '../../domain/rollout/blocking-pod.ts';
import { fittingText } from '../deployment/settle-failure.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random'>;

/** By uid: what this process has done about a pod. Other processes find it in the deployment's row. */
export type Unblocked = Map<string, 'asked' | 'done'>;

interface Blocked {
  readonly row: RolloutWatchRow;
  readonly cluster: Cluster;
  readonly pods: readonly PodToDelete[];
  readonly known: Unblocked;
}

/** Deletes pods that hold up a rollout, each at most once. Records and reports each before requesting it. */
export const unblock = async (deps: Needs, { pods, ...blocked }: Blocked): Promise<void> => {
  for (const pod of pods) await unblockOne(deps, blocked, pod);
};

const unblockOne = async (
  deps: Needs,
  { row, cluster, known }: Omit<Blocked, 'pods'>,
  pod: PodToDelete,
): Promise<void> => {
  const { namespace } = row.deployment.workload;
  if (cluster.deletePod === undefined || known.get(pod.uid) === 'done') return;
  if (!known.has(pod.uid)) {
    const told = `Pod ${pod.name} of an older revision holds up the rollout. It is deleted because unblock is set. ${pod.why}.`;
    const isOurs = await tell(deps, row, { reason: 'PodDeleted', told, uid: pod.uid });
    known.set(pod.uid, isOurs ? 'asked' : 'done');
    if (!isOurs) return;
  }
  try {
    const deleted = await cluster.deletePod(namespace, pod.name, pod.uid);
    known.set(pod.uid, 'done');
    if (deleted.kind !== 'refused') return;
    const told = `Pod ${pod.name} could not be deleted: ${deleted.message}. Grant delete on pods in namespace ${namespace} (flotilla cluster-role has it where the catalogue says unblock: true), or delete it by hand.`;
    await tell(deps, row, { reason: 'PodNotDeleted', told });
  } catch (error) {
    // Its uid makes repeating safe: it is the same pod, or none.
    if (!isFlotillaError(error, 'ClusterUnavailable')) throw error;
  }
};

interface Told {
  readonly reason: string;
  readonly told: string;
  /** The uid of the pod to delete. Without one, nothing is recorded that was recorded before. */
  readonly uid?: string;
}

/**
 * Records it in the deployment's row, as an event and a warning. Returns false if that was done before, or the
 * deployment is over.
 */
const tell = (
  { table, clock, random }: Needs,
  { batch_id, index }: RolloutWatchRow,
  { reason, told, uid }: Told,
): Promise<boolean> =>
  retryConflict({ clock, random }, async () => {
    const item = rowOf<ItemRow>(await table.get(keys.item(batch_id, index)));
    if (item === undefined || item.outcome !== undefined) return false;
    const { unblocked = [], warnings = [] } = item;
    if (uid !== undefined && unblocked.includes(uid)) return false;
    const message = fittingText(told);
    const patch: Partial<ItemRow> = {
      warnings: [...warnings, message],
      ...(uid === undefined ? {} : { unblocked: [...unblocked, uid] }),
    };
    const occasion = { at: clock.now(), actor: 'observer' };
    await table.transact(changeItem(item, { status: item.status, reason, message, ...patch }, occasion).writes);
    return true;
  });
