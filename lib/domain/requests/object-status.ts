import type { JsonObject } from '../json.ts';
import { isSettled, type TargetRow } from '../targets/target-row.ts';

/** The status of a deployment's object. */
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
 * From the live Deployment; the first rule that applies wins: being deleted; everything requested is ready, or nothing
 * was requested; in progress; otherwise started.
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

/** From the recorded state of its target, without asking the cluster. */
export const recordedObjectStatus = (now: Pick<TargetRow, 'state' | 'health' | 'before'> | undefined): ObjectStatus => {
  if (now === undefined) return 'INITIATED';
  if (now.state === 'deleted') return 'DELETED';
  if (isSettled(now) || now.health?.healthy === true) return 'CREATED';
  const stoodThere = now.before !== undefined && now.before.state !== 'deleted';
  return now.state === 'changing' && stoodThere ? 'UPDATING' : 'INITIATED';
};
