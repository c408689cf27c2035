import { cannotMove } from './cannot-move.ts';
import type { Seen } from './judgement.ts';
import { isDeleting, isReady, numberAt, stringAt } from './kubernetes-object.ts';
import { podsOfNewRevision } from './revision.ts';
import type { Signal } from './signal.ts';

export const isOnDelete = ({ object }: Seen): boolean =>
  stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';

/**
 * kubectl refuses to answer here. Somebody may be deleting the pods one by one: it is making progress while a pod is
 * leaving or its successor is starting.
 */
export function onDeleteSignals(
  look: Seen,
  counts: { readonly updated: number; readonly desired: number },
): readonly Signal[] {
  const { updated, desired } = counts;
  if (!isOnDelete(look) || updated >= desired) return [];
  const { object, view, workload } = look;
  const comes = podsOfNewRevision(workload, view).some((pod) => !isReady(pod));
  if (comes || view.pods.some(isDeleting)) return [];
  const ready = numberAt(object, 'status', workload.kind === 'daemonset' ? 'numberReady' : 'readyReplicas');
  const message =
    `${updated} of ${desired} pods have the new revision, and no more will: the update strategy is OnDelete. ` +
    `Delete the pods of ${workload.name}, or set the strategy to RollingUpdate, then deploy again`;
  return [cannotMove('OnDelete', message, { state: `${updated} ${ready}` })];
}
