/**
 * What a function may do. Each right is a row of `rights.ts`, which says what it allows on AWS and which environment
 * variables come with it.
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

/** A partition of the table, or all of a kind, by the names of `lib/domain/record/keys.ts`. */
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

/** What starts a function beside the state machines. */
export type Trigger =
  | 'http'
  | 'callback'
  | 'inbox'
  | 'events'
  | 'every-minute'
  | 'every-two-minutes'
  | 'ended-executions';

export interface FunctionRow {
  /** What it is for; shown in the console. */
  readonly purpose: string;
  /** Megabytes; the share of a processor grows with it, a whole one at 1769. */
  readonly memory: number;
  /** Megabytes of it that JavaScript may fill. Without it Node decides, and may take no more than half. */
  readonly heap?: number;
  /** Seconds. Never more than the state that calls it waits. */
  readonly timeout: number;
  readonly rights: readonly Right[];
  /** All that it may change in the table. */
  readonly writes: Writes;
  readonly trigger?: Trigger;
}
