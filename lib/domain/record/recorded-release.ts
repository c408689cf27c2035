import type { Status } from '../deployment/status.ts';
import type { Standing } from '../targets/target-row.ts';
import type { Release } from './rows.ts';

/** `TARGET#<target>/LAST`: how the last unsuccessful deployment that may have changed something ended. */
export interface LastOutcomeRow {
  readonly batch_id: string;
  readonly index: number;
  readonly key: string;
  readonly status: Status;
  readonly reason: string;
  /** The version that was asked for; for a delete or a scale, its description. */
  readonly version: string;
  /** Absent: it deployed. A delete or scale writes this row on success too, because it makes no release. */
  readonly action?: 'delete' | 'scale';
  /** The version seen running at the end; absent if unknown. */
  readonly release_after?: string;
  /** The containers that could be the service, if it is not clear which is. */
  readonly containers?: readonly string[];
  /** From that deployment. Absent in rows of earlier versions. */
  readonly infrastructure_id?: string;
  readonly at: number;
}

/**
 * `OBJECT#<cluster>/<namespace>/<kind>/<name>`, `LAST`: the last deployment that may have changed an object, and what
 * runs there since. Several targets may lead to one object, for example from two environments.
 */
export interface LastChangeRow {
  readonly target: string;
  readonly batch_id: string;
  /** Absent if unknown. */
  readonly version?: string;
  /** It was deleted, and is gone. */
  readonly deleted?: true;
  /** How that deployment ended, if it is unclear what runs. */
  readonly ended?: Pick<LastOutcomeRow, 'status' | 'reason' | 'version'>;
  readonly at: number;
}

/** What runs at a target, as far as recorded. The cluster is not asked, and others may have changed it. */
export interface RecordedRelease {
  /** Absent if unknown. */
  readonly version?: string;
  /** The batch that the record comes from. */
  readonly batch_id: string;
  readonly at: number;
  /** How the last deployment ended, if it is unclear what runs. */
  readonly ended?: Pick<LastOutcomeRow, 'status' | 'reason' | 'version'>;
  /** The last good release before that. */
  readonly last_verified?: string;
  /** The workload's containers that could be the service, if it is not clear which is. */
  readonly containers?: readonly string[];
  /** How soon after its end the last verified Job removes itself. */
  readonly ttl_seconds?: number;
  /** The target of that deployment, if another target leads to the same object. */
  readonly target?: string;
}

/** The last good release, unless a later deployment did not succeed. Undefined if nothing is recorded. */
export const recordedRelease = (
  good: Release | undefined,
  last: LastOutcomeRow | undefined,
): RecordedRelease | undefined => {
  if (last !== undefined && last.at > (good?.at ?? Number.NEGATIVE_INFINITY)) {
    if (isGone(last)) return undefined;
    return { ...afterOutcome(last, good), ...containersOf(last), ...ttlOf(good) };
  }
  if (good === undefined) return undefined;
  return { version: good.version, batch_id: good.batch_id, at: good.at, ...containersOf(good), ...ttlOf(good) };
};

/** The last good release, unless it was deleted since: a restore never brings back a deleted one. */
export const undeletedRelease = (good: Release | undefined, last: LastOutcomeRow | undefined): Release | undefined =>
  good !== undefined && last !== undefined && isGone(last) && last.at > good.at ? undefined : good;

/** After a verified delete. */
const isGone = ({ action, status }: LastOutcomeRow): boolean => action === 'delete' && status === 'SUCCESS';

const containersOf = ({ containers }: Pick<Release, 'containers'>): Pick<RecordedRelease, 'containers'> =>
  containers === undefined ? {} : { containers };

const ttlOf = ({ ttl_seconds }: Pick<Release, 'ttl_seconds'> = {}): Pick<RecordedRelease, 'ttl_seconds'> =>
  ttl_seconds === undefined ? {} : { ttl_seconds };

const afterOutcome = (
  { release_after, batch_id, at, status, reason, version }: LastOutcomeRow,
  good: Release | undefined,
): RecordedRelease =>
  release_after === undefined
    ? {
        batch_id,
        at,
        ended: { status, reason, version },
        ...(good === undefined ? {} : { last_verified: good.version }),
      }
    : { version: release_after, batch_id, at };

/**
 * What runs, as far as recorded, with other targets that lead to the same object taken into account: the last change
 * counts.
 */
export const recordedAtObject = (
  own: RecordedRelease | undefined,
  target: string,
  changes: readonly LastChangeRow[],
): RecordedRelease | undefined => {
  let latest: LastChangeRow | undefined;
  for (const change of changes) {
    if (change.target !== target && change.at > (latest?.at ?? own?.at ?? Number.NEGATIVE_INFINITY)) latest = change;
  }
  if (latest === undefined) return own;
  if (latest.deleted) return undefined;
  const { target: other, batch_id, version, ended, at } = latest;
  const known = version === undefined ? {} : { version };
  return { target: other, ...known, batch_id, at, ...(ended === undefined ? {} : { ended }) };
};

/** The record, or what somebody has adopted in its place since. */
export const recordedOrAdopted = (
  recorded: RecordedRelease | undefined,
  standing: Standing | undefined,
): RecordedRelease | undefined => {
  if (standing?.state !== 'adopted' || standing.since <= (recorded?.at ?? Number.NEGATIVE_INFINITY)) return recorded;
  const { version, batch_id, since: at } = standing;
  const { containers, ttl_seconds } = recorded ?? {};
  return {
    ...(version === undefined ? {} : { version }),
    ...{ batch_id, at },
    ...(containers === undefined ? {} : { containers }),
    ...(ttl_seconds === undefined ? {} : { ttl_seconds }),
  };
};
