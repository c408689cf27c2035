import type { Json, JsonObject } from './json.ts';
import type { KeptDeployment } from './plan/kept-deployment.ts';
import type { RunPreview } from './preview/run-preview.ts';

export type { Clock, Random } from './clock-port.ts';
export type {
  Applied,
  ApplyOptions,
  Cluster,
  ClusterObjects,
  ContainerLog,
  DeletedPod,
  FieldConflict,
  HealthAnswer,
  HealthRequest,
  KnownKind,
  KubernetesObject,
  LogRequest,
  Mirror,
  MirrorOptions,
  ObjectAddress,
  ObjectList,
  Patched,
  Removed,
  RemoveOptions,
  ServiceAnswer,
  ServiceRequest,
  WorkloadView,
} from './cluster-port.ts';

export type { MetricAnswer, MetricPoint, MetricQuery, Metrics } from './metrics-port.ts';

/** The ports: what the use cases need from outside. Primitive methods only; the logic lives above them. */

/** Unique ids that sort by the time of their making (ULID). */
export interface Ids {
  next(): string;
}

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Key & JsonObject;

/** All clauses must hold. `exists: false` means that there is no item with this key. `equals` compares whole attributes; `missing` names attributes that must be absent. */
export interface Condition {
  readonly exists?: boolean;
  readonly equals?: JsonObject;
  readonly missing?: readonly string[];
}

export type Write =
  | { readonly put: Item; readonly when?: Condition }
  /** Sets and removes top-level attributes; makes the item when it is absent (unless `when` forbids it). */
  | { readonly update: Key; readonly set?: JsonObject; readonly remove?: readonly string[]; readonly when?: Condition }
  | { readonly delete: Key; readonly when?: Condition }
  | { readonly check: Key; readonly when: Condition };

export interface Query {
  readonly pk: string;
  /** Sort keys that begin with this. Not together with `from` and `to`. */
  readonly prefix?: string;
  /** Sort keys at or after this. */
  readonly from?: string;
  /** Sort keys at or before this. */
  readonly to?: string;
  /** At most this many items; 1 to 1000. */
  readonly limit: number;
  readonly newestFirst?: boolean;
  /** Continue after this sort key, in the direction of the query. */
  readonly after?: string;
}

export interface Page {
  readonly items: readonly Item[];
  /** The sort key to continue after; absent when there is nothing more. */
  readonly next?: string;
}

/** One table. All reads are consistent. At most 100 writes in one transaction, each of another item. */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  /**
   * All or nothing. Throws ConditionFailed with `details.index` (the first write whose condition did not hold),
   * TableBusy when trying again may help (conflict, throttling), ItemTooLarge over 400 KB.
   */
  transact(writes: readonly Write[]): Promise<void>;
  /**
   * Resolves when all that was committed before would outlive a power cut: at once where every commit does. To be asked for
   * before something is set going outside that cannot be taken back.
   */
  synced(): Promise<void>;
}

/** Large texts by path, for example `batches/<id>/plan.json`. A path is written once or overwritten with the same meaning. What was put outlives a power cut. */
export interface Documents {
  get(path: string): Promise<string | undefined>;
  put(path: string, text: string): Promise<void>;
  /** What is not there is removed, too. */
  remove(path: string): Promise<void>;
}

/** What somebody will put: this text and no other. */
export interface UploadOrder {
  readonly bytes: number;
  /** Of the text, in 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Where one text may be put, by HTTP PUT with exactly these headers, which name its size. */
export interface UploadAddress {
  /** Nobody can guess it. */
  readonly upload_id: string;
  /** One without a host is at the server that was asked. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly expires_at: number;
}

/** Texts that are too large for a request: put by whoever asks at an address that is made for it, and then named by their id. */
export interface Uploads {
  /** An address that takes this text and no other, once. */
  open(order: UploadOrder): Promise<UploadAddress>;
  /** Undefined when nothing was put there, or more than an hour ago. Throws PayloadTooLarge, unread, when it has more bytes than that. */
  read(uploadId: string, most: number): Promise<Uint8Array | undefined>;
  /** Nobody will read it: it goes at once where that frees its place. */
  drop(uploadId: string): Promise<void>;
}

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export type Machine = 'batch' | 'watch' | 'preview';

/** The machines and their executions (Step Functions, or the embedded engine by the same protocol). */
export interface Workflow {
  /** Starts an execution; its name makes it idempotent. Throws ExecutionExists when the name is taken with another input or has ended. Gives its ARN. */
  start(machine: Machine, name: string, input: JsonObject): Promise<string>;
  /** `error` and `cause` are what it failed with, or was stopped with. Throws ExecutionMissing when there is none of that name. */
  describe(
    machine: Machine,
    name: string,
  ): Promise<{ readonly status: ExecutionStatus; readonly error?: string; readonly cause?: string }>;
  /** Both throw TokenGone when nobody waits for that token any more. */
  succeed(token: string, output: Json): Promise<void>;
  fail(token: string, error: string, cause: string): Promise<void>;
}

/** The event bus. At least once; gives the events back that were not taken, to be sent again. */
export interface EventBus {
  put(events: readonly BusEvent[]): Promise<readonly BusEvent[]>;
}

/**
 * Where the ends of batches are told outside the table. Each text is written once, under the next number from 1 on, and is
 * never changed.
 */
export interface Anchors {
  /** Undefined where there is none of that number. */
  get(sequence: number): Promise<string | undefined>;
  /** False, and nothing is written, where there is one of that number. What was put outlives a power cut. */
  put(sequence: number, text: string): Promise<boolean>;
}

/** Signs with a key that nobody but the publisher may use: ECDSA on P-256 with SHA-256. */
export interface Signer {
  /** SubjectPublicKeyInfo (DER) in base64. */
  publicKey(): Promise<string>;
  /** The signature (DER) in base64. */
  sign(text: string): Promise<string>;
}

export interface BusEvent {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly detail: JsonObject;
}

// ---- Executors ------------------------------------------------------------------------------------------------

/** What an executor is asked for: a deployment, or a restore of an earlier release of it (then `version` is the earlier one). */
export interface RunRequest {
  /** Unique for every attempt, for example `01JD…-12-1`; the executor makes it visible where it can. */
  readonly key: string;
  readonly batch_id: string;
  readonly deployment: KeptDeployment;
  readonly version: string;
  /** Milliseconds since 1970, when the attempt was made. */
  readonly at: number;
  /** `Adoption.objects`, where somebody had taken what stood there before its deployment as right. */
  readonly adopted?: string;
}

/** What came back for a start, for the record and for whoever looks into it. */
export interface Answered {
  /** The status code, or what the network did, in words. */
  readonly answer?: string;
  /** By which the executor finds the request in its own logs. */
  readonly trace?: string;
}

export type StartResult = Answered &
  /** A run exists. */
  (
    | { readonly kind: 'started'; readonly ref: string; readonly url?: string }
    /** Stored; a run may follow, and `look` finds it. */
    | { readonly kind: 'accepted'; readonly correlation: string; readonly url?: string }
    /** Certainly not sent: our own budget of requests has no room before `latest`; perhaps at `until`, milliseconds since 1970. */
    | { readonly kind: 'busy'; readonly until: number }
    /** Certainly no run. `retryable` tells whether the same request may succeed later (429, for example). */
    | {
        readonly kind: 'rejected';
        readonly retryable: boolean;
        readonly reason: string;
        readonly message: string;
        /** Milliseconds: sooner it will say the same. */
        readonly retryAfter?: number;
      }
    /** A run may or may not exist: the reply was lost, or was a 5xx. */
    | { readonly kind: 'unknown'; readonly message: string }
  );

export interface RunAddress {
  readonly ref: string;
  readonly url?: string;
}

export type RunOutcome =
  | 'succeeded'
  | 'succeeded-with-ignored'
  | 'failed'
  | 'aborted'
  | 'expired'
  | 'rejected'
  | 'frozen'
  | 'skipped';

export interface RunState {
  readonly phase: 'queued' | 'running' | 'waiting-for-human' | 'terminal';
  /** Set when the phase is terminal. */
  readonly outcome?: RunOutcome;
  /** The executor's own word. */
  readonly raw: string;
  readonly message?: string;
  /** Of one that goes on by steps: which it is at, a word for programs. What it says of that is in `raw`. */
  readonly step?: string;
  readonly url?: string;
  /** Why it ended badly, where the executor knows better than that it did. */
  readonly failure?: RunFailure;
  /** Of one that succeeded: what is to be told besides. */
  readonly warnings?: readonly string[];
}

export interface RunFailure {
  /** PascalCase. */
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
  /** Something was changed, or may have been. */
  readonly touched: boolean;
  /** The new version had a part of the traffic, and has none any more: what ran before runs alone. */
  readonly taken_back?: true;
}

/** A run that is looked at, or looked for: what is known of it so far. */
export interface Watched {
  readonly request: RunRequest;
  /** When the start was sent, or may have been; milliseconds since 1970. Its run began no earlier. */
  readonly sent_at: number;
  /** The run. Without it and without a correlation, the key is all that there is to look by. */
  readonly ref?: string;
  readonly correlation?: string;
}

/** Why something could not be read, in words for people. */
export interface Trouble {
  /** What was asked for, for example `the list of runs of default/payments`. */
  readonly asked: string;
  /** What came back, for example `Harness answered 502 without a JSON body`. */
  readonly answered: string;
}

export type News =
  /** `state` is absent where only its id is known yet. */
  | ({ readonly kind: 'found'; readonly state?: RunState } & RunAddress)
  /** More than one run that carries the key is at work, and nobody can say which of them is ours. */
  | { readonly kind: 'several'; readonly runs: readonly RunAddress[] }
  /** Final: no run came or will come of it. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  /** Everywhere was looked, and there is no such run, or none yet. */
  | { readonly kind: 'none' }
  /** It could not be looked at, or not everywhere yet: no news. The next look goes on where this one stopped. */
  | { readonly kind: 'unread'; readonly trouble: Trouble };

/**
 * `no` means that it cannot be stopped (it goes on), `over` that it has ended already, `lost` that nobody knows whether the
 * executor has heard of it. Wait for the end by `look`.
 */
export interface CancelResult {
  readonly kind: 'accepted' | 'over' | 'no' | 'lost';
  /** What came back, in words. */
  readonly answer: string;
}

/**
 * `start` and `cancel` throw ExecutorUnavailable only when the request has certainly not left, or was certainly not taken:
 * then the same may be asked again later. `look` never throws it.
 */
export interface Executor {
  /** How long after its start a run may still appear, in milliseconds. After that a missing run is UNKNOWN. */
  readonly lateStartMilliseconds: number;
  /** Sends one request. Where its turn would come after `latest`, milliseconds since 1970, it is `busy` instead. */
  start(request: RunRequest, latest: number): Promise<StartResult>;
  /**
   * One look at all that is in flight, with as few requests as possible and bounded in requests and time. News of each by the key
   * of its request; none of those whose turn is at a later look. A run of another pipeline or project is never taken for ours.
   */
  look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>>;
  /**
   * Asks for the end of a run. To be asked once: what became of it is seen by `look`. Where its turn would come after `latest`,
   * milliseconds since 1970, it has not left.
   */
  cancel(request: RunRequest, ref: string, latest?: number): Promise<CancelResult>;
  /**
   * What this run would do, without doing it. Absent where the executor cannot tell. Throws ClusterUnavailable or ExecutorUnavailable
   * where what has to be asked does not answer.
   */
  preview?(request: RunRequest): Promise<RunPreview>;
  /** What a person is to search for in the executor, where nobody knows whether there is a run. `correlation` as for `look`. */
  whereToLook(request: RunRequest, correlation?: string): string;
}

/**
 * The requests that an account allows, shared by all processes that ask it. Two kinds: `start` (starts and aborts) and `read`. First
 * come, first served within a kind; neither holds up the other.
 */
export interface RequestBudget {
  /** Waits for the turn of one request and takes it. `later` where it would come after `latest`: then nothing was taken. */
  turn(
    kind: 'start' | 'read',
    latest?: number,
  ): Promise<{ readonly kind: 'go' } | { readonly kind: 'later'; readonly at: number }>;
  /** The account answered that this was too much; `retryAfter` in milliseconds where it said so. */
  throttled(retryAfter?: number): Promise<void>;
}
