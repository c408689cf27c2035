import type { JsonObject } from '../json.ts';
import { isSettled, type TargetRow } from '../targets/target-row.ts';

/** How the object of a deployment is. */
export const objectStatuses = ['INITIATED', 'CREATED', 'UPDATING', 'DELETED'] as const;
export type ObjectStatus = (typeof objectStatuses)[number];

interface Seen {
  readonly metadata?: { readonly deletionTimestamp?: string; readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
  };
}

/**
 * By the Deployment as it is, the first that fits: being deleted; all that was asked for is ready, none where none was asked for; in
 * progress; else begun.
 */
export const objectStatus = (object: JsonObject): ObjectStatus => {
  const { metadata, spec, status } = object as Seen;
  if (metadata?.deletionTimestamp !== undefined) return 'DELETED';
  const asked = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  const isDown = asked === 0 && isSeen && (status?.replicas ?? 0) === 0;
  if (isDown || (ready > 0 && ready === asked)) return 'CREATED';
  const isProgressing = status?.conditions?.some((one) => one.type === 'Progressing' && one.status === 'True');
  return isProgressing === true ? 'UPDATING' : 'INITIATED';
};

/** By what was recorded of its target when it was last seen, where nobody asks the cluster. */
export const recordedObjectStatus = (now: Pick<TargetRow, 'state' | 'health' | 'before'> | undefined): ObjectStatus => {
  if (now === undefined) return 'INITIATED';
  if (now.state === 'deleted') return 'DELETED';
  if (isSettled(now) || now.health?.healthy === true) return 'CREATED';
  const stoodThere = now.before !== undefined && now.before.state !== 'deleted';
  return now.state === 'changing' && stoodThere ? 'UPDATING' : 'INITIATED';
};
