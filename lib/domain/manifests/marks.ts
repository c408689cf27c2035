import { createHash } from 'node:crypto';
import { objectNameOf } from '../plan/lock-names.ts';
import type { PlannedDeployment } from '../plan/plan.ts';

/** What an object says about who deployed it. None of these values is in a pod template, so none starts a rollout. */

/** The field manager of everything that Flotilla writes. */
export const fieldManager = 'flotilla';

/**
 * The manager that only sets replicas. Applying without a field removes it, so the deploying manager cannot do this.
 */
export const scaleManager = 'flotilla-scale';

/**
 * A creator first owns an object under a manager name of its own. If two create it at the same moment with different
 * values, they conflict instead of overwriting each other. Server-side apply has no other way to apply only if nothing
 * exists.
 */
export const claimPrefix = `${fieldManager}-claim-`;

/** Labels, for listing. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  /** `ownerLabel`: of a target and its workload. */
  target: 'flotilla.dev/target',
  /** On the objects for the steps of a deployment, and on their pods: `canary` or `green`. */
  track: 'flotilla.dev/track',
} as const;

/** Annotations, for reading. */
export const annotations = {
  /** `environment/cluster/pillar/service_name`. */
  target: 'flotilla.dev/target',
  /** `namespace/kind/name` of the workload that the object came with. */
  workload: 'flotilla.dev/workload',
  batch: 'flotilla.dev/batch',
  /** The attempt's key: `RunRequest.key`. */
  attempt: 'flotilla.dev/attempt',
  /**
   * When the intent was written, in milliseconds since 1970. An apply older than the object's fence is late and changes
   * nothing.
   */
  fence: 'flotilla.dev/fence',
  /** Set by the manifest's author on a Job: it runs `before` the objects are applied, or `after` they run. */
  hook: 'flotilla.dev/hook',
  /**
   * When the intent of the last scale was written, in milliseconds since 1970. An older scale is late and changes
   * nothing.
   */
  scaled: 'flotilla.dev/scaled',
  /** On a canary: its step, from 0. */
  step: 'flotilla.dev/step',
  /** On a canary: since when it has been at the last step that it reached, in milliseconds since 1970. */
  stepAt: 'flotilla.dev/step-at',
  /** On a canary: `true` until it reaches its step. */
  moving: 'flotilla.dev/moving',
  /** On a canary: what moves the traffic, as JSON. */
  traffic: 'flotilla.dev/traffic',
} as const;

/**
 * The owner of an object. Two infrastructures may lead to namespaces of one cluster and then share a target. Only
 * target and workload together identify one release.
 */
export interface ObjectOwner {
  /** `environment/cluster/pillar/service_name`. */
  readonly target: string;
  /** `namespace/kind/name`. */
  readonly workload: string;
}

/** The marks on applied objects. */
export interface Marks extends ObjectOwner {
  readonly batch: string;
  /** `RunRequest.key`. */
  readonly attempt: string;
  /** `RunRequest.at`, in milliseconds since 1970. */
  readonly fence: number;
}

/** The first 40 digits of the SHA-256. Names may be too long for a label. */
export const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40);

/** The value of `labels.target`. */
export const ownerLabel = ({ target, workload }: ObjectOwner): string => shortHash(`${target}\n${workload}`);

/** The owner of what a deployment applies. */
export const ownerOf = ({ target, workload }: Pick<PlannedDeployment, 'target' | 'workload'>): ObjectOwner => ({
  target,
  workload: objectNameOf(workload),
});
