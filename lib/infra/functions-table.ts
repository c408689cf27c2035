/**
 * What a function may do. Each right is a row of `rights.ts`, which says what it allows on AWS and which environment
 * variables come with it.
 */
export type Right =
  | 'table'
  | 'table:requests'
  | 'table:feed'
  | 'table:hints'
  | 'documents:read'
  | 'documents:write'
  | 'uploads'
  | 'batches:start'
  | 'batches:describe'
  | 'watches:start'
  | 'tokens'
  | 'harness-secret'
  | 'callback-secret'
  | 'clusters'
  | 'bus';

/** What starts a function beside the state machines. */
export type Trigger = 'http' | 'callback' | 'inbox' | 'events' | 'every-minute';

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
  readonly trigger?: Trigger;
}

/** Every wait ends through the table, the plan and the token. */
const waiting = ['table', 'documents:read', 'tokens'] as const;
/** Whoever hands something to a watcher makes sure that it runs. */
const handing = [...waiting, 'watches:start'] as const;

/** Every Lambda there is, by the stem of its file in `functions/`. Constructs are made from it and tests read it. */
export const functionsTable = {
  api: {
    purpose: 'Answers the HTTP API',
    memory: 1024, // parses and plans up to 10,000 deployments within one request: 550 to 950 MB, 7 to 12 s
    heap: 800,
    timeout: 29, // the HTTP API gives up at 30
    rights: ['table:requests', 'documents:read', 'documents:write', 'uploads', 'batches:start'],
    trigger: 'http',
  },
  'take-hint': {
    purpose: 'Answers callbacks of executors, and has their runs looked at',
    memory: 256,
    timeout: 10,
    rights: ['table:hints', 'watches:start', 'callback-secret'],
    trigger: 'callback',
  },
  'plan-batch': {
    purpose: 'Freezes the plan of a batch',
    memory: 1024,
    timeout: 120,
    rights: ['table', 'documents:read', 'documents:write'],
  },
  'await-turn': {
    purpose: 'Registers the token of a deployment that waits for its turn',
    memory: 256,
    timeout: 30,
    rights: ['table', 'tokens'],
  },
  'dispatch-turns': {
    purpose: 'Decides turns: the one writer of the schedule',
    memory: 1024, // folds the schedule of 10,000 deployments
    timeout: 300,
    rights: waiting,
    trigger: 'inbox',
  },
  'capture-baseline': {
    purpose: 'Keeps what runs on the cluster before an attempt',
    memory: 512,
    timeout: 60,
    rights: ['table', 'documents:read', 'clusters'],
  },
  'start-deployment': {
    purpose: 'Writes the intent of an attempt and calls the executor',
    memory: 256, // it mostly waits for the executor's answer
    timeout: 90,
    rights: [...handing, 'harness-secret'],
  },
  'start-restore': {
    purpose: 'Puts the last good release back',
    memory: 512,
    timeout: 90,
    rights: [...handing, 'harness-secret', 'clusters'],
  },
  'verify-rollout': {
    purpose: 'Hands a rollout to the observer of its cluster',
    memory: 256,
    timeout: 30,
    rights: handing,
  },
  'record-outcome': {
    purpose: 'Writes the outcome of a deployment',
    memory: 256,
    timeout: 30,
    rights: ['table', 'documents:read'],
  },
  'conclude-batch': {
    purpose: 'Settles missing outcomes and decides what comes next',
    memory: 1024,
    timeout: 300,
    rights: ['table', 'documents:read'],
  },
  'finish-batch': {
    purpose: 'Seals a batch and its totals',
    memory: 1024,
    timeout: 300,
    rights: ['table'],
  },
  'watch-executor': {
    purpose: 'Polls the runs of an executor and answers their waits',
    memory: 256, // it runs as long as anything is in flight: its memory is what it costs
    timeout: 300, // loops for 240; one that hangs is replaced after this
    rights: [...handing, 'harness-secret'],
  },
  'watch-cluster': {
    purpose: 'Observes the rollouts on a cluster and answers their waits',
    memory: 256, // 165 MB for a namespace of 1,000 workloads with 3,000 pods; more by `observer_memory`, for speed
    timeout: 300,
    rights: [...handing, 'clusters'],
  },
  sweep: {
    purpose: 'Moves on what was lost: callbacks, leases, grants, executions',
    memory: 512,
    timeout: 300,
    rights: [...handing, 'batches:start', 'batches:describe'],
    trigger: 'every-minute',
  },
  'publish-events': {
    purpose: 'Numbers the feed of a batch and puts it on the bus',
    memory: 256,
    timeout: 60,
    rights: ['table:feed', 'bus'],
    trigger: 'events',
  },
} as const satisfies Readonly<Record<string, FunctionRow>>;

export type Stem = keyof typeof functionsTable;

/** `plan-batch` is `PlanBatch` in the state machine files and in the template. */
export const pascalCase = (stem: string): string =>
  stem.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
