import { createHash } from 'node:crypto';
import { objectNameOf } from '../plan/lock-names.ts';
import type { PlannedDeployment } from '../plan/plan.ts';

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
  /** `ownerLabel`: by a target and its workload. */
  target: 'flotilla.dev/target',
  /** Of what stands there for the steps of a deployment, and of its pods: `canary`, or `green`. */
  track: 'flotilla.dev/track',
} as const;

/** Annotations: to read. */
export const annotations = {
  /** `environment/cluster/pillar/service_name`. */
  target: 'flotilla.dev/target',
  /** `namespace/kind/name` of the workload that the object came with. */
  workload: 'flotilla.dev/workload',
  batch: 'flotilla.dev/batch',
  /** The key of the attempt: `RunRequest.key`. */
  attempt: 'flotilla.dev/attempt',
  /** When its intent was written, in milliseconds since 1970: an apply that is older than what stands there is late, and changes nothing. */
  fence: 'flotilla.dev/fence',
  /** Written by whoever writes the manifest, on a Job: `before` the objects are applied, or `after` they run. */
  hook: 'flotilla.dev/hook',
  /** When the intent of the last scale was written, in milliseconds since 1970: one that is older is late, and changes nothing. */
  scaled: 'flotilla.dev/scaled',
  /** Of a canary: the place of its step, from 0. */
  step: 'flotilla.dev/step',
  /** Of a canary: since when the last step that it has reached stands, in milliseconds since 1970. */
  stepAt: 'flotilla.dev/step-at',
  /** Of a canary: `true` where its step is not reached yet. */
  moving: 'flotilla.dev/moving',
  /** Of a canary: what moves the traffic, as JSON. */
  traffic: 'flotilla.dev/traffic',
} as const;

/**
 * To whom an object belongs. Two infrastructures may lead to namespaces of one cluster, and then share a target: only with its workload is
 * it one release.
 */
export interface ObjectOwner {
  /** `environment/cluster/pillar/service_name`. */
  readonly target: string;
  /** `namespace/kind/name`. */
  readonly workload: string;
}

/** What is written on what is applied. */
export interface Marks extends ObjectOwner {
  readonly batch: string;
  /** `RunRequest.key`. */
  readonly attempt: string;
  /** `RunRequest.at`, in milliseconds since 1970. */
  readonly fence: number;
}

/** The first 40 digits of the SHA-256: names may be too long for a label. */
export const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40);

/** The value of `labels.target`. */
export const ownerLabel = ({ target, workload }: ObjectOwner): string => shortHash(`${target}\n${workload}`);

/** The owner of what a deployment applies. */
export const ownerOf = ({ target, workload }: Pick<PlannedDeployment, 'target' | 'workload'>): ObjectOwner => ({
  target,
  workload: objectNameOf(workload),
});
