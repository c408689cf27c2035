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

/** Unique ids that sort by creation time (ULID). */
export interface Ids {
  next(): string;
}

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Key & JsonObject;

/**
 * All clauses must hold. `exists: false` means that no item has this key. `equals` compares whole attributes. `missing`
 * names attributes that must be absent.
 */
export interface Condition {
  readonly exists?: boolean;
  readonly equals?: JsonObject;
  readonly missing?: readonly string[];
}

export type Write =
  | { readonly put: Item; readonly when?: Condition }
  /** Sets and removes top-level attributes. Creates the item if it is absent, unless `when` forbids it. */
  | { readonly update: Key; readonly set?: JsonObject; readonly remove?: readonly string[]; readonly when?: Condition }
  | { readonly delete: Key; readonly when?: Condition }
  | { readonly check: Key; readonly when: Condition };

export interface Query {
  readonly pk: string;
  /** Sort keys with this prefix. Not together with `from` and `to`. */
  readonly prefix?: string;
  /** Sort keys at or after this. */
  readonly from?: string;
  /** Sort keys at or before this. */
  readonly to?: string;
  /** At most this many items, 1 to 1000. */
  readonly limit: number;
  readonly newestFirst?: boolean;
  /** Continues after this sort key, in the query's direction. */
  readonly after?: string;
}

export interface Page {
  readonly items: readonly Item[];
  /** The sort key to continue after; absent on the last page. */
  readonly next?: string;
}

/** One table. All reads are consistent. A transaction has at most 100 writes, each of a different item. */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  /**
   * All or nothing. Throws ConditionFailed with `details.index` (the first write whose condition failed), TableBusy if
   * a retry may help (conflict, throttling), ItemTooLarge over 400 KB.
   */
  transact(writes: readonly Write[]): Promise<void>;
  /** Resolves once all earlier commits would survive a power cut. Call it before triggering anything irreversible. */
  synced(): Promise<void>;
}

/** Large texts by path, written once or overwritten with the same meaning. A resolved put survives a power cut. */
export interface Documents {
  get(path: string): Promise<string | undefined>;
  put(path: string, text: string): Promise<void>;
  /** Removing a missing document succeeds. */
  remove(path: string): Promise<void>;
}

/** What the uploader will put: this text and no other. */
export interface UploadOrder {
  readonly bytes: number;
  /** Of the text, as 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Where to put one text, by HTTP PUT with exactly these headers, which include its size. */
export interface UploadAddress {
  /** Not guessable. */
  readonly upload_id: string;
  /** A URL without a host is relative to the server that gave it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly expires_at: number;
}

/** Texts too large for a request. The caller uploads one to an address made for it, and then names its id. */
export interface Uploads {
  /** Opens an address that takes exactly this text, once. */
  open(order: UploadOrder): Promise<UploadAddress>;
  /** Undefined if nothing was put within the last hour. Throws PayloadTooLarge, unread, above `most` bytes. */
  read(uploadId: string, most: number): Promise<Uint8Array | undefined>;
  /** Nobody will read it again. It is removed at once if that frees space. */
  drop(uploadId: string): Promise<void>;
}

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export type Machine = 'batch' | 'watch' | 'preview';

/** The state machines and their executions (Step Functions, or the embedded engine with the same protocol). */
export interface Workflow {
  /** Starts an execution, once per name; returns its ARN. ExecutionExists: the name has another input or has ended. */
  start(machine: Machine, name: string, input: JsonObject): Promise<string>;
  /** `error` and `cause` say why it failed or was stopped. Throws ExecutionMissing if no execution has that name. */
  describe(
    machine: Machine,
    name: string,
  ): Promise<{ readonly status: ExecutionStatus; readonly error?: string; readonly cause?: string }>;
  /** Both throw TokenGone if nobody waits for that token any more. */
  succeed(token: string, output: Json): Promise<void>;
  fail(token: string, error: string, cause: string): Promise<void>;
}

/** The event bus. Delivers at least once; returns the events that were not accepted, for sending again. */
export interface EventBus {
  put(events: readonly BusEvent[]): Promise<readonly BusEvent[]>;
}

/** Batch ends, anchored outside the table: texts numbered from 1, each written once and never changed. */
export interface Anchors {
  /** Undefined if the number does not exist. */
  get(sequence: number): Promise<string | undefined>;
  /** Returns false and writes nothing if the number exists. A resolved put survives a power cut. */
  put(sequence: number, text: string): Promise<boolean>;
}

/** Signs with a key that only the publisher may use: ECDSA on P-256 with SHA-256. */
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

/** A deployment, or a restore of an earlier release (`version` is then the earlier one). */
export interface RunRequest {
  /** Unique for every attempt, for example `01JD…-12-1`; the executor makes it visible where it can. */
  readonly key: string;
  readonly batch_id: string;
  readonly deployment: KeptDeployment;
  readonly version: string;
  /** Milliseconds since 1970, when the attempt was made. */
  readonly at: number;
  /** `Adoption.objects`, if somebody had adopted what ran there before this deployment. */
  readonly adopted?: string;
}

/** The response to a start, for the record and for troubleshooting. */
export interface Answered {
  /** The status code, or a network error in words. */
  readonly answer?: string;
  /** Identifies the request in the executor's own logs. */
  readonly trace?: string;
}

export type StartResult = Answered &
  /** A run exists. */
  (
    | { readonly kind: 'started'; readonly ref: string; readonly url?: string }
    /** Stored; a run may follow, and `look` finds it. */
    | { readonly kind: 'accepted'; readonly correlation: string; readonly url?: string }
    /** Certainly not sent: our request budget has no room before `latest`; perhaps at `until` (ms since 1970). */
    | { readonly kind: 'busy'; readonly until: number }
    /** Certainly no run. `retryable`: the same request may succeed later (after a 429, for example). */
    | {
        readonly kind: 'rejected';
        readonly retryable: boolean;
        readonly reason: string;
        readonly message: string;
        /** Milliseconds. An earlier retry gets the same answer. */
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
  /** For a run in steps: the current step, as a word for programs. `raw` has the executor's words for it. */
  readonly step?: string;
  readonly url?: string;
  /** Why it ended badly, if the executor knows more. */
  readonly failure?: RunFailure;
  /** Additional remarks about a successful run. */
  readonly warnings?: readonly string[];
}

export interface RunFailure {
  /** PascalCase. */
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
  /** Something was, or may have been, changed. */
  readonly touched: boolean;
  /** The new version had part of the traffic and no longer has any: the old version runs alone. */
  readonly taken_back?: true;
}

/** A run to look at or look for, with what is known so far. */
export interface Watched {
  readonly request: RunRequest;
  /** When the start was, or may have been, sent, in milliseconds since 1970. Its run began no earlier. */
  readonly sent_at: number;
  /** The run. Without it and without a correlation, only the key is left to look by. */
  readonly ref?: string;
  readonly correlation?: string;
}

/** Why something could not be read, in words for people. */
export interface Trouble {
  /** What was requested, for example `the list of runs of default/payments`. */
  readonly asked: string;
  /** What came back, for example `Harness answered 502 without a JSON body`. */
  readonly answered: string;
}

export type News =
  /** `state` is absent while only its id is known. */
  | ({ readonly kind: 'found'; readonly state?: RunState } & RunAddress)
  /** Several runs that carry the key are at work, and it is not clear which one is ours. */
  | { readonly kind: 'several'; readonly runs: readonly RunAddress[] }
  /** Final: no run exists or will follow. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  /** The look was complete: there is no such run, or none yet. */
  | { readonly kind: 'none' }
  /** The look failed or is not complete yet: no news. The next look continues from here. */
  | { readonly kind: 'unread'; readonly trouble: Trouble };

/**
 * `no`: it cannot be stopped and goes on. `over`: it has already ended. `lost`: it is not known whether the executor
 * received the request. Wait for the end with `look`.
 */
export interface CancelResult {
  readonly kind: 'accepted' | 'over' | 'no' | 'lost';
  /** What came back, in words. */
  readonly answer: string;
}

/**
 * `start` and `cancel` throw ExecutorUnavailable only if the request was certainly not sent, or certainly not accepted.
 * The same request may then be repeated later. `look` never throws it.
 */
export interface Executor {
  /** How long after its start a run may still appear, in milliseconds. After that, a missing run is UNKNOWN. */
  readonly lateStartMilliseconds: number;
  /** Sends one request. Returns `busy` if its turn would come after `latest` (milliseconds since 1970). */
  start(request: RunRequest, latest: number): Promise<StartResult>;
  /**
   * One look at everything in flight, with as few requests as possible, bounded in requests and time. Returns news by
   * request key, and none for those whose turn comes at a later look. Never mistakes a run of another pipeline or
   * project for ours.
   */
  look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>>;
  /** Asks a run to end; call it once. Not sent if its turn would come after `latest` (ms since 1970). */
  cancel(request: RunRequest, ref: string, latest?: number): Promise<CancelResult>;
  /**
   * What this run would do, without doing it. Absent if the executor cannot tell. Throws ClusterUnavailable or
   * ExecutorUnavailable if a needed answer does not come.
   */
  preview?(request: RunRequest): Promise<RunPreview>;
  /** What to search for in the executor if it is not known whether a run exists. `correlation` as for `look`. */
  whereToLook(request: RunRequest, correlation?: string): string;
}

/**
 * The requests that an account allows, shared by all processes that use it. Two kinds: `start` (starts and aborts) and
 * `read`. First come, first served within a kind; neither delays the other.
 */
export interface RequestBudget {
  /** Waits for one request's turn and takes it. `later` if it would come after `latest`: nothing was taken. */
  turn(
    kind: 'start' | 'read',
    latest?: number,
  ): Promise<{ readonly kind: 'go' } | { readonly kind: 'later'; readonly at: number }>;
  /** The account refused a request as too many; `retryAfter` in milliseconds, if it gave one. */
  throttled(retryAfter?: number): Promise<void>;
}
