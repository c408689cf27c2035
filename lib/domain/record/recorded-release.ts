import type { Status } from '../deployment/status.ts';
import type { Standing } from '../targets/target-row.ts';
import type { Release } from './rows.ts';

/** `TARGET#<target>/LAST`: how the last deployment ended that may have changed something and was not a success. */
export interface LastOutcomeRow {
  readonly batch_id: string;
  readonly index: number;
  readonly key: string;
  readonly status: Status;
  readonly reason: string;
  /** The version that was asked for; of a delete and a scale that, in words. */
  readonly version: string;
  /** Absent: it has deployed. Such a row is written for a success, too, because that makes no release. */
  readonly action?: 'delete' | 'scale';
  /** The version that was seen running at the end; absent when nobody can say. */
  readonly release_after?: string;
  /** Of which any could be the service, where nothing tells which is. */
  readonly containers?: readonly string[];
  /** Of that deployment. Absent in rows of earlier versions. */
  readonly infrastructure_id?: string;
  readonly at: number;
}

/**
 * `OBJECT#<cluster>/<namespace>/<kind>/<name>`, `LAST`: whose deployment may have changed an object last, and what runs there since.
 * Several targets may lead to one object, for example those of two environments.
 */
export interface LastChangeRow {
  readonly target: string;
  readonly batch_id: string;
  /** Absent when nobody can say. */
  readonly version?: string;
  /** It was deleted, and is gone. */
  readonly deleted?: true;
  /** How that deployment ended, where it left open what runs. */
  readonly ended?: Pick<LastOutcomeRow, 'status' | 'reason' | 'version'>;
  readonly at: number;
}

/** What runs at a target as far as it was recorded. The cluster is not asked, and others may have changed it. */
export interface RecordedRelease {
  /** Absent where nobody can say. */
  readonly version?: string;
  /** The batch that it is known from. */
  readonly batch_id: string;
  readonly at: number;
  /** How the last deployment ended, where that left open what runs. */
  readonly ended?: Pick<LastOutcomeRow, 'status' | 'reason' | 'version'>;
  /** The last good release before that. */
  readonly last_verified?: string;
  /** Of its workload, where any of them could be the service and nothing tells which is. */
  readonly containers?: readonly string[];
  /** How soon after its end the Job that was verified last removes itself. */
  readonly ttl_seconds?: number;
  /** Whose deployment that was, where another target leads to the same object. */
  readonly target?: string;
}

/** The last good release, unless a deployment after it did not end well. Undefined where nothing is recorded. */
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

/** The last good release, as long as it was not deleted since: no restore takes what was. */
export const undeletedRelease = (good: Release | undefined, last: LastOutcomeRow | undefined): Release | undefined =>
  good !== undefined && last !== undefined && isGone(last) && last.at > good.at ? undefined : good;

/** Of a verified delete. */
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

/** What runs, as far as it was recorded, when other targets that lead to the same object are heard too: the last change counts. */
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

/** What somebody has made of it since, where that was taken as right. */
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
