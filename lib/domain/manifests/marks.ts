import { createHash } from 'node:crypto';

/** What an object says of who deployed it. No value of these is in a pod template, so none of them starts a rollout. */

/** The field manager of all that Flotilla writes. */
export const fieldManager = 'flotilla';

/** The one that sets replicas alone: what an owner does not say any more is taken away, so it cannot be the one that deploys. */
export const scaleManager = 'flotilla-scale';

/**
 * Who makes an object is for a moment its owner under a name of its own: two that make it at the same moment with other values
 * are a conflict, and not one who overwrites the other. There is no other way to apply only where there is nothing.
 */
export const claimPrefix = `${fieldManager}-claim-`;

/** Labels: to list by. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  /** The first 40 digits of the SHA-256 of its target: a target's name may be too long for a label. */
  target: 'flotilla.dev/target',
} as const;

/** Annotations: to read. */
export const annotations = {
  /** `environment/cluster/pillar/service_name`. */
  target: 'flotilla.dev/target',
  batch: 'flotilla.dev/batch',
  /** The key of the attempt: `RunRequest.key`. */
  attempt: 'flotilla.dev/attempt',
  /** When its intent was written, in milliseconds since 1970: an apply that is older than what stands there is late, and changes nothing. */
  fence: 'flotilla.dev/fence',
  /** Written by whoever writes the manifest, on a Job: `before` the objects are applied, or `after` they run. */
  hook: 'flotilla.dev/hook',
  /** When the intent of the last scale was written, in milliseconds since 1970: one that is older is late, and changes nothing. */
  scaled: 'flotilla.dev/scaled',
} as const;

/** What is written on what is applied. */
export interface Marks {
  /** `environment/cluster/pillar/service_name`. */
  readonly target: string;
  readonly batch: string;
  /** `RunRequest.key`. */
  readonly attempt: string;
  /** `RunRequest.at`, in milliseconds since 1970. */
  readonly fence: number;
}

/** The value of `labels.target`. */
export const targetLabel = (target: string): string => createHash('sha256').update(target).digest('hex').slice(0, 40);
