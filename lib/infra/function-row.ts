/**
 * What a function may do. Each right is a row of `rights.ts`, which says what it allows on AWS and which environment
 * variables it needs.
 */
export type Right =
  | 'table'
  | 'table:feed'
  | 'table:hints'
  | 'documents:read'
  | 'documents:write'
  | 'documents:remove'
  | 'adoptions:store'
  | 'uploads'
  | 'batches:start'
  | 'batches:describe'
  | 'watches:start'
  | 'previews:start'
  | 'previews:store'
  | 'previews:remove'
  | 'tokens'
  | 'harness-secret'
  | 'callback-secret'
  | 'clusters'
  | 'clusters:logs'
  | 'clusters:deploy'
  | 'copies'
  | 'metrics'
  | 'anchors:read'
  | 'anchors:write'
  | 'bus';

/** A partition of the table, or all partitions of a kind, by the names in `lib/domain/record/keys.ts`. */
export type Partition =
  | 'BATCHES'
  | 'SUBMITTER#*'
  | 'OPEN'
  | 'EXPIRING'
  | 'IDEMPOTENCY#*'
  | 'UPLOADS#*'
  | 'WAITING#*'
  | 'PREVIEWS#*'
  | 'BATCH#*'
  | 'EVENTS#*'
  | 'FEED#*'
  | 'ANCHORS'
  | 'UNANCHORED'
  | 'DISPATCHER'
  | 'INBOX'
  | 'REJECTED'
  | 'WATCH#*'
  | 'WATCHERS'
  | 'HINTS'
  | 'BUDGETS'
  | 'EXECUTORS'
  | 'CLUSTERS'
  | 'TARGET#*'
  | 'OBJECT#*'
  | 'TARGETS#*'
  | 'SERVICES#*'
  | 'ENVIRONMENTS'
  | 'CHANGES#*'
  | 'BY#*'
  | 'USERS'
  | 'DRIFT'
  | 'DRIFT#*'
  | 'REQUESTS#*';

/** Where a function puts, updates, deletes and checks items. */
export type Writes = Readonly<Partial<Record<'put' | 'update' | 'delete' | 'check', readonly Partition[]>>>;

/** What starts a function, other than the state machines. */
export type Trigger =
  | 'http'
  | 'callback'
  | 'inbox'
  | 'events'
  | 'every-minute'
  | 'every-two-minutes'
  | 'ended-executions';

export interface FunctionRow {
  /** Its purpose, shown in the console. */
  readonly purpose: string;
  /** Megabytes. The CPU share grows with memory; 1769 is a full core. */
  readonly memory: number;
  /** Megabytes of heap for JavaScript. Without it Node decides, and takes half at most. */
  readonly heap?: number;
  /** Seconds. Never longer than the state that calls it waits. */
  readonly timeout: number;
  readonly rights: readonly Right[];
  /** Everything that it may change in the table. */
  readonly writes: Writes;
  readonly trigger?: Trigger;
}
