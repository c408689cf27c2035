import type { BatchMetadata } from '../batch/batch.ts';
import type { Origin } from '../batch/origin.ts';
import type { Held } from '../deployment/held.ts';
import type { Status } from '../deployment/status.ts';
import type { Reach } from '../grants/reach.ts';
import type { Json, JsonObject } from '../json.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { Strategy } from '../plan/plan.ts';
import type { Item, Key } from '../ports.ts';
import type { Baseline } from '../rollout/baseline.ts';
import type { Submitter } from '../targets/submitter.ts';
import type { SeenHealth } from '../targets/target-row.ts';
import type { RollbackRequest } from '../undo/undo-rows.ts';
import type { Evidence } from './evidence.ts';

/** The executor's run of an attempt, as far as known. */
export interface Run {
  readonly executor: string;
  /** Our key of the attempt, which the executor received. */
  readonly key: string;
  readonly attempt: number | 'restore';
  /** The executor's own id. */
  readonly ref?: string;
  readonly url?: string;
  readonly status?: string;
  /** The id of the event that triggers it, if the executor stores one first. */
  readonly event?: string;
  /** Identifies the start in the executor's logs, and its answer or the network's. */
  readonly trace?: string;
  readonly answer?: string;
}

/** Why an attempt did not succeed. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly evidence?: readonly Evidence[];
  /** Another attempt may help. */
  readonly retryable?: boolean;
  /** The executor may have changed the target. */
  readonly touched?: boolean;
  /** It took steps and went back: the previous release was never replaced. */
  readonly taken_back?: true;
  /** A technical cause leaves open what happened. */
  readonly unknown?: boolean;
  /** The user asked for it. */
  readonly cancelled?: boolean;
  /** Nothing was started, and nothing will be: what it should undo or retry is no longer there. */
  readonly skipped?: boolean;
  /** What runs is neither ours nor the previous release: it is left alone. `running`: its version, if known. */
  readonly superseded?: boolean;
  readonly running?: string;
}

/**
 * How a deployment ended. Written once, and replaced at most once in each of two ways: UNKNOWN by `resolve`, and a
 * rolled-back outcome by ROLLBACK.
 */
export interface Outcome {
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** Why the last attempt failed, apart from what was done about it. */
  readonly failure?: Pick<Failure, 'reason' | 'message'>;
  readonly warnings: readonly string[];
  readonly attempts: number;
  readonly runs: readonly Run[];
  /** The version that ran before, if known. */
  readonly release_before?: string;
  /** The version seen running at the end; absent if unknown. */
  readonly release_after?: string;
  /** The digest of a verified deployment, from all pods that reported one. */
  readonly digest?: string;
  readonly ended_at: number;
  readonly resolved_by?: string;
  /** The batch that restored the previous release. */
  readonly rolled_back_by?: string;
}

export interface Restore {
  readonly ok: boolean;
  readonly reason: string;
  readonly message: string;
  /** What the restore did to the target is not known. */
  readonly unknown?: boolean;
  /** The version seen there, if it is neither ours nor an earlier one. */
  readonly running?: string;
}

export type Step = 'turn' | 'capture' | 'deploy' | 'verify' | 'restore' | 'verify-restore' | 'recorded';

/**
 * `BATCH#<id>/ITEM#<index>`. Every change raises `seq` by one and is written with its event, on condition that `seq` is
 * what was read. Absent means PENDING / AwaitingTurn with seq 0.
 */
export interface ItemRow {
  readonly batch_id: string;
  readonly index: number;
  readonly key: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly seq: number;
  readonly step: Step;
  /** Number of the current or next attempt, from 1. */
  readonly attempt: number;
  readonly runs: readonly Run[];
  /** Why the latest attempt failed. */
  readonly failure?: Failure;
  /** A failed attempt may have changed the target, whatever happened in later ones. */
  readonly touched?: true;
  /** How the restore went, if there was one. */
  readonly restore?: Restore;
  readonly outcome?: Outcome;
  /** The observer saw what was asked for. */
  readonly verified?: true;
  /** The reason of a verified action that deploys nothing. */
  readonly verified_as?: string;
  /** The full image then seen, if the service's container is known. */
  readonly image?: string;
  /** The digest then running, from all pods that reported one. */
  readonly digest?: string;
  /** The last verdict on its rollout, or on its restore's. Cleared by the next intent. */
  readonly health?: SeenHealth;
  /** A Job's `ttlSecondsAfterFinished`. */
  readonly ttl_seconds?: number;
  /** The container that got the version, if several could be the service. */
  readonly container?: string;
  readonly warnings?: readonly string[];
  /** The uids of pods that were deleted because they blocked it, without duplicates. */
  readonly unblocked?: readonly string[];
  /** The deadline of the running attempt or restore. */
  readonly deadline?: number;
  /** What holds it up at its executor or its cluster. Cleared by the next change. */
  readonly held?: Held;
  /** Who last let a waiting attempt continue; `key` is the attempt's. */
  readonly proceeded?: { readonly key: string; readonly by: string; readonly at: number; readonly pause?: string };
  readonly execution_arn?: string;
  readonly started_at?: number;
  /** How often it has given its turn back. */
  readonly returns?: number;
  /** For one that gave back its turn because its executor or cluster did not answer: when it had its first turn. */
  readonly away_since?: number;
  readonly updated_at: number;
}

/** `BATCH#<id>/HEADER`. */
export interface HeaderRow {
  readonly batch_id: string;
  readonly name: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly seq: number;
  readonly total: number;
  readonly submitted_by: string;
  /** The submitter's display name at that time. */
  readonly submitted_by_name?: string;
  readonly warnings: readonly string[];
  /** The file's own metadata. Its name is the field above. */
  readonly metadata?: Omit<BatchMetadata, 'name'>;
  readonly strategy?: Strategy;
  /** Where its deployments belong, to decide who may see it. Absent if large, and in older rows. */
  readonly reach?: Reach;
  readonly plan_hash?: string;
  readonly execution_arn?: string;
  readonly cancel_requested_at?: number;
  /** Why it was cancelled, if nobody asked for it. */
  readonly cancelled_because?: 'HeldTooLong';
  /** When a warning said that it will be cancelled unless a hold is lifted. */
  readonly held_warned_at?: number;
  /** Why this batch exists, if nobody sent it as a file. */
  readonly origin?: Origin;
  /** Requested while the batch runs: it is rolled back once everything in flight has ended. */
  readonly rollback_request?: RollbackRequest;
  /** The batch that is rolling this one back. No other may do so meanwhile. */
  readonly rolling_back?: string;
  readonly created_at: number;
  readonly updated_at: number;
  /**
   * Set when the batch is sealed: from then on only `resolve` replaces anything. During its rollback it is absent
   * although `totals` is set: see `isSealed`.
   */
  readonly ended_at?: number;
  /** Number of deployments by final status; set when the batch is sealed. */
  readonly totals?: Readonly<Partial<Record<Status, number>>>;
  /** Set when its record has expired: only this row is left. */
  readonly expired_at?: number;
  /** How many days it had been kept. */
  readonly kept_days?: number;
}

/** Whether all deployments have ended and the schedule has forgotten the batch. Also true during its rollback. */
export const isSealed = ({ ended_at, totals }: Pick<HeaderRow, 'ended_at' | 'totals'>): boolean =>
  ended_at !== undefined || totals !== undefined;

/** `BATCH#<id>/OUTCOMES`: a letter per deployment, as in the schedule's cells. UNKNOWN may be resolved since. */
export interface OutcomesRow {
  readonly cells: string;
}

/** One change of a batch, a deployment or a hold. `number` is its place in the batch's feed, set by the publisher. */
export interface EventRow {
  /** For a hold or drift: `stage`, because it belongs to no batch. */
  readonly batch_id: string;
  readonly type: 'batch' | 'deployment' | 'hold' | 'drift';
  /** For a hold: its id. */
  readonly hold?: string;
  /** For drift: the target that differs. */
  readonly target?: string;
  /** Set for a deployment's change. */
  readonly index?: number;
  readonly key?: string;
  readonly seq: number;
  readonly number?: number;
  readonly at: number;
  readonly actor: string;
  /** With its reason, what the API showed before: null for a new batch. */
  readonly from: Status | null;
  readonly from_reason?: string;
  readonly to: Status;
  readonly reason: string;
  readonly message: string;
  /** Milliseconds since the previous change; absent for the first. */
  readonly after_ms?: number;
  /** More about the change, such as attempt, run, evidence. */
  readonly detail?: JsonObject;
  /** For a batch change in the stage's feed: its place in the batch's own feed. */
  readonly in_batch?: { readonly number: number; readonly hash: string };
}

/** `DISPATCHER/TURN#…`: the answer to AwaitTurn. An open grant while `state` is `granted`. */
export interface TurnRow {
  readonly batch_id: string;
  readonly index: number;
  readonly key: string;
  /** `held`: granted, but nothing may start under it until the hold is lifted. It may be given back. */
  readonly state: 'granted' | 'held' | 'cancelled' | 'refused';
  /** The hold that holds it. */
  readonly held_by?: string;
  /** Circuits being tried when it was granted (`executor:…`, `cluster:…`): they must answer before others go on. */
  readonly tries?: readonly string[];
  /** The fence of the locks that came with the grant. */
  readonly fence?: number;
  readonly target: string;
  /** The names of those locks, sorted. Absent in older rows, which had one lock: the target's. */
  readonly locks?: readonly string[];
  /** The place whose functions ask its cluster; passed to the execution that waits for this turn. */
  readonly place?: string;
  /** The outcome after a refusal. */
  readonly status?: 'SKIPPED' | 'CANCELLED';
  readonly reason: string;
  readonly message: string;
  readonly at: number;
}

/**
 * `DISPATCHER/LOCK#<name>`: a target, or something that deployments change. An UNKNOWN deployment keeps its locks until
 * it is resolved. One that waits for several locks reserves those that are free.
 */
export interface LockRow {
  readonly name: string;
  readonly batch_id: string;
  readonly index: number;
  /** The holding deployment's key. Absent in older rows, when only targets were locked. */
  readonly key?: string;
  /** The grant's fence, the same for all locks of a deployment. A reserved lock has none. */
  readonly fence?: number;
  readonly state: 'held' | 'reserved' | 'unknown';
}

/** `BATCH#<id>/ANSWER#…`: the first writer wins. `error` is absent if the answer is good. */
export interface AnswerRow {
  readonly error?: 'AttemptRetryable' | 'AttemptFailed' | 'AttemptEnded' | 'TurnRefused';
  readonly reason: string;
  readonly message: string;
  readonly at: number;
}

export interface TokenRow {
  readonly execution_arn: string;
  readonly at: number;
  /** Every bound token, each in its own attribute; see `bindToken`. */
  readonly [bound: `bound:${string}`]: true;
}

/** `BATCH#<id>/CAPTURE#<index>`: what ran before. */
export interface CaptureRow {
  readonly attempt: number;
  /** The fence of the turn in which it was captured. A returned turn leaves nothing to the next. */
  readonly fence?: number;
  /** What `captureBaseline` saw before this attempt, and when. */
  readonly baseline: Baseline;
  readonly at?: number;
  /** What was seen before the first attempt, if this is a later one. */
  readonly first_baseline?: Baseline;
  /** What has appeared there since the previous attempt and would be replaced by this one, so this one is not made. */
  readonly overtaken?: { readonly message: string; readonly running?: string };
  /** The containers that could be the service, if it is not clear which is: see `ambiguityWarning`. */
  readonly containers?: readonly string[];
  /** What Restore found before it began, and when. */
  readonly restore_baseline?: Baseline;
  readonly restore_at?: number;
  /** The release to return to, found before the first attempt. */
  readonly previous?: Release;
  /** Flotilla had deleted what was there: a release that restores ignore, and only a rollback returns to. */
  readonly tombstone?: Release;
}

/** A release is a replayable request: the deployment as planned, with the version that ran. */
export interface Release extends Submitter {
  readonly version: string;
  /** The full image that ran, if the service's container is known. */
  readonly image?: string;
  /** The digest that ran. */
  readonly digest?: string;
  /** A Job's `ttlSecondsAfterFinished`. */
  readonly ttl_seconds?: number;
  /** The container that got the version, if several could be the service and the catalogue does not say which is. */
  readonly container?: string;
  /** The candidates, if that was not clear either. */
  readonly containers?: readonly string[];
  readonly deployment: KeptDeployment;
  /** `recorded` after a verified deployment, or `observed` from what ran in the cluster. */
  readonly origin: 'recorded' | 'observed';
  readonly at: number;
  readonly batch_id: string;
  /** Its place in that batch. Absent in rows of earlier versions, and if only observed. */
  readonly index?: number;
}

/**
 * Makes a table item from a row. Rows are plain JSON; absent fields are absent. Texts come from anywhere (a pod's log,
 * an executor's error) and may be cut in the middle of a character, for which the table would refuse the whole row.
 */
export const itemOf = (key: Key, row: object): Item => ({ ...attributesOf(row), ...key });

/** The attributes of an update, made the same way from a row or a part of one. */
export const attributesOf = (part: object): JsonObject => wellFormed(part as JsonObject) as JsonObject;

const wellFormed = (value: Json): Json => {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, wellFormed(one)]));
};

/** The reverse of `itemOf`. The caller knows from the key which row it is. */
export const rowOf = <Row>(item: Item | undefined): Row | undefined => item as unknown as Row | undefined;
