import type { DriftMark } from '../drift/drift-mark.ts';
import type { Place } from '../schedule/place.ts';
import type { Submitter } from './submitter.ts';

/**
 * A target's state, in this order: a deployment is in progress; the requested version was seen running; it failed or
 * was stopped without a restore; unknown. Or the previous release was restored, it was deleted, or somebody else's
 * change was adopted.
 */
export const targetStates = ['changing', 'verified', 'failed', 'unknown', 'restored', 'deleted', 'adopted'] as const;
export type TargetState = (typeof targetStates)[number];

/**
 * What should be there is there, so any difference is drift. FAILED, UNKNOWN and in-progress targets are shown as such.
 */
export const isSettled = ({ state }: { readonly state: TargetState }): boolean =>
  state === 'verified' || state === 'restored' || state === 'adopted';

/** Who adopted what runs. */
export interface Adoption extends Submitter {
  readonly reason?: string;
  /** `manifests/adopted/<objects>.json`: its content, if the executor `kubernetes` had applied it. */
  readonly objects?: string;
}

/** A verdict on a rollout: its reason, and when it was given, in milliseconds since 1970. */
export interface SeenHealth {
  readonly healthy: boolean;
  readonly reason: string;
  readonly at: number;
}

/** What runs at a target, as far as recorded, and which deployment put it there. */
export interface Standing extends Place, Submitter {
  readonly state: TargetState;
  /** While it is `changing`: the action, if it deploys nothing. */
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** What runs, or while it is `changing` the requested version; absent if unknown. */
  readonly version?: string;
  /** The full image then seen, if the service's container is known. */
  readonly image?: string;
  /** From that deployment. Absent if derived from rows that do not name it. */
  readonly infrastructure_id?: string;
  /** The digest seen running, from all pods that reported one. */
  readonly digest?: string;
  /** Its health at the last judgement of that deployment's rollout; absent if unknown. */
  readonly health?: SeenHealth;
  /** Who adopted it, while it is `adopted`, or `deleted` by somebody else and adopted. */
  readonly adopted?: Adoption;
  /** Milliseconds since 1970: since when. */
  readonly since: number;
}

/**
 * `TARGETS#<environment>` / `<cluster>/<pillar>/<service>`: a target's NOW, one row, written in the transaction of
 * every intent and every outcome. This row says what runs where, not the list of good releases.
 */
export interface TargetRow extends Standing {
  readonly target: string;
  /** While it is `changing`: what was there before. A deployment that has changed nothing restores it. */
  readonly before?: Standing;
  /** Somebody has changed it since. Written by a survey of its cluster, and removed by the next intent. */
  readonly drift?: DriftMark;
}
