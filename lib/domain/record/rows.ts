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

/** The executor's run of an attempt, as far as it is known. */
export interface Run {
  readonly executor: string;
  /** Our key of the attempt, which the executor was given. */
  readonly key: string;
  readonly attempt: number | 'restore';
  /** The executor's own id. */
  readonly ref?: string;
  readonly url?: string;
  readonly status?: string;
  /** Of the event that sets it off, where the executor stores one first. */
  readonly event?: string;
  /** By which the executor finds the start in its own logs, and what it answered, or the network. */
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
  /** It took steps, and has gone back: what ran before was never replaced. */
  readonly taken_back?: true;
  /** A technical cause that leaves open what happened. */
  readonly unknown?: boolean;
  /** The user asked for it. */
  readonly cancelled?: boolean;
  /** Nothing was started, and nothing is to be: what it was to undo or to try again is not what stands there any more. */
  readonly skipped?: boolean;
  /** What runs is somebody else's, or at least neither ours nor what was before: it is left alone. `running` is its version, if known. */
  readonly superseded?: boolean;
  readonly running?: string;
}

/**
 * How a deployment ended. Written once. It may be replaced twice, once each: UNKNOWN by `resolve`, and what a rollback has taken back
 * by ROLLBACK.
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
  /** Version that ran before, when it is known. */
  readonly release_before?: string;
  /** Version that was seen running at the end; absent when nobody can say. */
  readonly release_after?: string;
  /** The digest by which a verified deployment ran, in all pods that told it. */
  readonly digest?: string;
  readonly ended_at: number;
  readonly resolved_by?: string;
  /** The batch that has put the release before back. */
  readonly rolled_back_by?: string;
}

export interface Restore {
  readonly ok: boolean;
  readonly reason: string;
  readonly message: string;
  /** What the restore did to the target is not known. */
  readonly unknown?: boolean;
  /** The version that was seen there, where that is neither ours nor one of before. */
  readonly running?: string;
}

export type Step = 'turn' | 'capture' | 'deploy' | 'verify' | 'restore' | 'verify-restore' | 'recorded';

/**
 * `BATCH#<id>/ITEM#<index>`. Every change raises `seq` by one and is written with its event, on the condition that
 * `seq` is what was read. Absent means PENDING / AwaitingTurn with seq 0.
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
  /** Number of the attempt that is made now or comes next, from 1. */
  readonly attempt: number;
  readonly runs: readonly Run[];
  /** Why the latest attempt failed. */
  readonly failure?: Failure;
  /** One of the attempts that failed may have changed the target, whatever became of those after it. */
  readonly touched?: true;
  /** How the restore went, when there was one. */
  readonly restore?: Restore;
  readonly outcome?: Outcome;
  /** The observer saw what was asked for. */
  readonly verified?: true;
  /** Of what deploys nothing: as what. */
  readonly verified_as?: string;
  /** The image that was then seen, in full, when the service's container can be told. */
  readonly image?: string;
  /** The digest by which it ran then, in all pods that told it. */
  readonly digest?: string;
  /** The last verdict on its rollout, or on that of its restore. Gone with the next intent: something else is put there. */
  readonly health?: SeenHealth;
  /** `ttlSecondsAfterFinished` of a Job. */
  readonly ttl_seconds?: number;
  /** The container that got the version, where several could be the service. */
  readonly container?: string;
  readonly warnings?: readonly string[];
  /** The pods that were deleted because they held it up, by uid: each once. */
  readonly unblocked?: readonly string[];
  /** When the attempt, or the restore, that runs now must be over. */
  readonly deadline?: number;
  /** What holds it up at its executor or its cluster; gone with the next change. */
  readonly held?: Held;
  /** Who let an attempt go on that waited for a person, the last time; `key` is that of the attempt. */
  readonly proceeded?: { readonly key: string; readonly by: string; readonly at: number; readonly pause?: string };
  readonly execution_arn?: string;
  readonly started_at?: number;
  /** How often it has given its turn back. */
  readonly returns?: number;
  /** Of one that has given its turn back because its executor or its cluster did not answer: when it had its first turn. */
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
  /** The name that whoever submitted it went by then. */
  readonly submitted_by_name?: string;
  readonly warnings: readonly string[];
  /** What the file says about itself; its name stands above. */
  readonly metadata?: Omit<BatchMetadata, 'name'>;
  readonly strategy?: Strategy;
  /** Where its deployments belong, for who may see it. Absent where that is much, and in rows of earlier versions. */
  readonly reach?: Reach;
  readonly plan_hash?: string;
  readonly execution_arn?: string;
  readonly cancel_requested_at?: number;
  /** Why, where nobody has asked for it. */
  readonly cancelled_because?: 'HeldTooLong';
  /** When it was told that it will be cancelled, unless a hold is lifted. */
  readonly held_warned_at?: number;
  /** Why there is such a batch, where nobody sent it as a file. */
  readonly origin?: Origin;
  /** Asked for while the batch runs: when all that is in flight has ended, it is rolled back. */
  readonly rollback_request?: RollbackRequest;
  /** The batch that rolls this one back now, and nobody else may meanwhile. */
  readonly rolling_back?: string;
  readonly created_at: number;
  readonly updated_at: number;
  /**
   * Set when the batch is sealed: nothing of it moves any more but what a `resolve` replaces. While it is rolled back it has none, and
   * has its totals all the same: see `isSealed`.
   */
  readonly ended_at?: number;
  /** Number of deployments by terminal status; set when the batch is sealed. */
  readonly totals?: Readonly<Partial<Record<Status, number>>>;
  /** Set when its record has expired: this row is all that is left of it. */
  readonly expired_at?: number;
  /** For how many days it was kept then. */
  readonly kept_days?: number;
}

/** Whether all deployments of a batch have ended and the schedule has forgotten it, also while it is rolled back. */
export const isSealed = ({ ended_at, totals }: Pick<HeaderRow, 'ended_at' | 'totals'>): boolean =>
  ended_at !== undefined || totals !== undefined;

/** `BATCH#<id>/OUTCOMES`: a letter for each deployment, as in the cells of the schedule. What was UNKNOWN may be resolved since. */
export interface OutcomesRow {
  readonly cells: string;
}

/** One change of a batch, a deployment or a hold. `number` is its place in the batch's feed, given by the publisher. */
export interface EventRow {
  /** Of a change of a hold, or of drift, `stage`: it belongs to no batch. */
  readonly batch_id: string;
  readonly type: 'batch' | 'deployment' | 'hold' | 'drift';
  /** Of a hold: its id. */
  readonly hold?: string;
  /** Of drift: what is not as it was deployed. */
  readonly target?: string;
  /** Set for a deployment's change. */
  readonly index?: number;
  readonly key?: string;
  readonly seq: number;
  readonly number?: number;
  readonly at: number;
  readonly actor: string;
  /** With its reason, what the API showed before: null for a batch that is new. */
  readonly from: Status | null;
  readonly from_reason?: string;
  readonly to: Status;
  readonly reason: string;
  readonly message: string;
  /** Milliseconds since the change before it; absent for the first. */
  readonly after_ms?: number;
  /** More about the change, such as attempt, run, evidence. */
  readonly detail?: JsonObject;
  /** Of a change of a batch in the feed of the stage: its place in the feed of its batch. */
  readonly in_batch?: { readonly number: number; readonly hash: string };
}

/** `DISPATCHER/TURN#…`: what AwaitTurn is answered; an open grant while `state` is `granted`. */
export interface TurnRow {
  readonly batch_id: string;
  readonly index: number;
  readonly key: string;
  /** `held`: granted, and not to be started under until the hold is lifted; it may be given back. */
  readonly state: 'granted' | 'held' | 'cancelled' | 'refused';
  /** Of the hold that it is held by. */
  readonly held_by?: string;
  /** What must answer before others may come: it was granted while the circuit of these (`executor:…`, `cluster:…`) was being tried. */
  readonly tries?: readonly string[];
  /** Fence of the locks that came with the grant. */
  readonly fence?: number;
  readonly target: string;
  /** The names of those locks, sorted. Absent in rows from when there was one: the target's. */
  readonly locks?: readonly string[];
  /** Whose functions ask its cluster: the execution that waits for this turn is told. */
  readonly place?: string;
  /** Outcome that a refusal leads to. */
  readonly status?: 'SKIPPED' | 'CANCELLED';
  readonly reason: string;
  readonly message: string;
  readonly at: number;
}

/**
 * `DISPATCHER/LOCK#<name>`: a target, or something that deployments change. An UNKNOWN deployment keeps its locks until it is
 * resolved; one that waits for several has those reserved that it need not wait for.
 */
export interface LockRow {
  readonly name: string;
  readonly batch_id: string;
  readonly index: number;
  /** Of the deployment that has it. Absent in rows from when only the target was locked. */
  readonly key?: string;
  /** Of the grant; all locks of a deployment have the same. A reserved one has none. */
  readonly fence?: number;
  readonly state: 'held' | 'reserved' | 'unknown';
}

/** `BATCH#<id>/ANSWER#…`: first writer wins. `error` is absent when the answer is good. */
export interface AnswerRow {
  readonly error?: 'AttemptRetryable' | 'AttemptFailed' | 'AttemptEnded' | 'TurnRefused';
  readonly reason: string;
  readonly message: string;
  readonly at: number;
}

export interface TokenRow {
  readonly execution_arn: string;
  readonly at: number;
  /** Every token that was bound, each in an attribute of its own, see `bindToken`. */
  readonly [bound: `bound:${string}`]: true;
}

/** `BATCH#<id>/CAPTURE#<index>`: what ran before. */
export interface CaptureRow {
  readonly attempt: number;
  /** Of the turn under which it was seen: one that is given back leaves nothing to the next. */
  readonly fence?: number;
  /** What `captureBaseline` saw before this attempt, and when. */
  readonly baseline: Baseline;
  readonly at?: number;
  /** What was seen before the first attempt, where this is a later one. */
  readonly first_baseline?: Baseline;
  /** What stands there since the attempt before, which this one would replace: so it is not made. */
  readonly overtaken?: { readonly message: string; readonly running?: string };
  /** Of which any could be the service, where nobody says which is: see `ambiguityWarning`. */
  readonly containers?: readonly string[];
  /** What Restore found before it began, and when. */
  readonly restore_baseline?: Baseline;
  readonly restore_at?: number;
  /** The point to return to, found before the first attempt. */
  readonly previous?: Release;
  /** Flotilla had deleted what stood there: a release that no restore takes, to which only a rollback goes back. */
  readonly tombstone?: Release;
}

/** A release is a replayable request: the deployment as it was planned, with the version that then ran. */
export interface Release extends Submitter {
  readonly version: string;
  /** The image that then ran, in full, when the service's container is known. */
  readonly image?: string;
  /** The digest by which it ran. */
  readonly digest?: string;
  /** `ttlSecondsAfterFinished` of a Job. */
  readonly ttl_seconds?: number;
  /** The container that got the version, where several could be the service and the catalogue does not say which is. */
  readonly container?: string;
  /** Those that could be, where that did not tell it either. */
  readonly containers?: readonly string[];
  readonly deployment: KeptDeployment;
  /** Where it is known from: recorded after a verified deployment, or read from what ran on the cluster. */
  readonly origin: 'recorded' | 'observed';
  readonly at: number;
  readonly batch_id: string;
  /** Place in that batch. Absent in rows of earlier versions, and of what was only observed. */
  readonly index?: number;
}

/**
 * Makes a table item of a row. Rows are plain JSON; absent fields are absent. Texts come from anywhere, a pod's log or an
 * executor's error, and may have been cut in the middle of a character: the table would refuse the whole row for that.
 */
export const itemOf = (key: Key, row: object): Item => ({ ...attributesOf(row), ...key });

/** What an update sets, made of a row or a part of one in the same way. */
export const attributesOf = (part: object): JsonObject => wellFormed(part as JsonObject) as JsonObject;

const wellFormed = (value: Json): Json => {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, wellFormed(one)]));
};

/** The other way. The caller knows from the key which row it is. */
export const rowOf = <Row>(item: Item | undefined): Row | undefined => item as unknown as Row | undefined;
