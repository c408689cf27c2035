import type { DriftMark } from '../drift/drift-mark.ts';
import type { Place } from '../schedule/place.ts';
import type { Submitter } from './submitter.ts';

/**
 * What became of a target: a deployment is at work there; what was asked for was seen to run; it failed, or was stopped, and was not
 * put back; nobody knows; the release before was put back; it was deleted; somebody else has changed it, and that was taken as right.
 */
export const targetStates = ['changing', 'verified', 'failed', 'unknown', 'restored', 'deleted', 'adopted'] as const;
export type TargetState = (typeof targetStates)[number];

/** What stands there is what should: anything else is drift. FAILED, UNKNOWN and what is at work are told as such. */
export const isSettled = ({ state }: { readonly state: TargetState }): boolean =>
  state === 'verified' || state === 'restored' || state === 'adopted';

/** Who has taken what runs as right. */
export interface Adoption extends Submitter {
  readonly reason?: string;
  /** `manifests/adopted/<objects>.json`: what it was, where the executor `kubernetes` had applied it. */
  readonly objects?: string;
}

/** A verdict on a rollout: its reason, and when it was given, in milliseconds since 1970. */
export interface SeenHealth {
  readonly healthy: boolean;
  readonly reason: string;
  readonly at: number;
}

/** What runs at a target as far as it was recorded, and whose deployment that was. */
export interface Standing extends Place, Submitter {
  readonly state: TargetState;
  /** While it is `changing`: what is done, where nothing is deployed. */
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** What runs, or while it is `changing` what was asked for; absent where nobody can say. */
  readonly version?: string;
  /** The image that was seen then, in full, where the service's container is known. */
  readonly image?: string;
  /** Of that deployment. Absent in what is derived from rows that do not name it. */
  readonly infrastructure_id?: string;
  /** The digest by which it was seen to run, in all pods that told it. */
  readonly digest?: string;
  /** How its health was when that deployment's rollout was last judged; absent where nobody saw. */
  readonly health?: SeenHealth;
  /** While it is `adopted`, or `deleted` by somebody else and that was taken as right: by whom. */
  readonly adopted?: Adoption;
  /** Milliseconds since 1970: since when it is so. */
  readonly since: number;
}

/**
 * `TARGETS#<environment>` / `<cluster>/<pillar>/<service>`: NOW of a target, one row, written in the transaction of every intent
 * and every outcome. What runs where is this row, and not the list of good releases.
 */
export interface TargetRow extends Standing {
  readonly target: string;
  /** While it is `changing`: what stood there before, to which a deployment that has changed nothing goes back. */
  readonly before?: Standing;
  /** Somebody has changed it since; written by a survey of its cluster, and gone with the next intent. */
  readonly drift?: DriftMark;
}
