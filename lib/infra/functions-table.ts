import type { FunctionRow } from './function-row.ts';

/** A batch or a deployment changes together with its event. */
const change = ['BATCH#*', 'EVENTS#*'] as const;
/** And a batch with the row that lists it by status. */
const batch = { put: [...change, 'BY#*'], delete: ['BY#*'] } as const;
/** What runs at a target now, and the row that lists it by service. */
const now = ['TARGETS#*', 'SERVICES#*'] as const;
/** What an outcome writes about its target: what runs there now, the change, and the object behind it. */
const release = ['TARGET#*', ...now, 'CHANGES#*', 'OBJECT#*'] as const;
/**
 * A deployment's outcome: its release and the message to the dispatcher. Its turn is removed, and so is a start that
 * was never sent.
 */
const outcome = { put: [...change, ...release, 'INBOX'], delete: ['DISPATCHER', 'WATCH#*', ...now] } as const;
/** A run: the intent under its turn and lock, and the run to follow. A rejected start is answered at once. */
const begun = {
  put: [...change, ...now, 'WATCH#*', 'WATCHERS', 'INBOX'],
  update: ['BATCH#*', 'WATCH#*'],
  delete: ['WATCH#*', 'BATCH#*', 'DISPATCHER', ...now], // and the intent of a turn that is given back
  check: ['BATCH#*', 'DISPATCHER'],
} as const;
/** For an executor whose account has a request budget. */
const run = { ...begun, put: [...begun.put, 'BUDGETS'] } as const;

/** A batch is listed, and watched until it is sealed. */
const accepted = ['BATCHES', 'SUBMITTER#*', 'OPEN'] as const;
/** The whole record of a batch, except that it existed and where removal has to continue. */
const expiring = ['BATCH#*', 'EVENTS#*', 'FEED#*', 'BY#*', 'EXPIRING'] as const;
/** The end of a batch and, for a rollback, the batch that performs it. */
const sealing = {
  put: [...batch.put, ...accepted, 'INBOX'],
  delete: [...batch.delete, 'OPEN'],
  check: ['BATCH#*'],
} as const;

/** Every wait ends through the table, the plan and the token. */
const waiting = ['table', 'documents:read', 'tokens'] as const;
/** A function that hands work to a watcher makes sure that the watcher runs. */
const handing = [...waiting, 'watches:start'] as const;

/** The API is one program. Each part of it runs as its own function (`api-parts.ts`). */
const api = {
  memory: 1024, // parses and plans up to 10,000 deployments within one request: 550 to 950 MB, 7 to 12 s
  heap: 800,
  timeout: 29, // the HTTP API gives up at 30
  rights: [
    'table',
    'documents:read',
    'documents:write',
    'uploads',
    'anchors:read',
    'batches:start',
    'previews:start',
    'previews:store',
  ],
  writes: {
    put: [
      ...accepted,
      'USERS',
      'REQUESTS#*',
      'IDEMPOTENCY#*',
      'UPLOADS#*',
      'WAITING#*',
      'PREVIEWS#*',
      ...batch.put,
      'INBOX',
      ...release,
      'ENVIRONMENTS',
    ],
    update: ['TARGETS#*', 'TARGET#*'], // fills in rows that an earlier version did not write
    delete: ['UPLOADS#*', 'WAITING#*', ...batch.delete, ...now],
    check: ['BATCH#*'],
  },
  trigger: 'http',
} as const;

/** Every Lambda, by its file name in `functions/`. Constructs are made from this table, and tests read it. */
export const functionsTable = {
  api: { ...api, purpose: 'Answers the HTTP API: reads, and unknown routes' },
  'api-batches': { ...api, purpose: 'Answers the HTTP API: plans and accepts batches' },
  'api-events': { ...api, purpose: 'Answers the HTTP API: lists events, and waits for new ones' },
  'api-decisions': {
    ...api,
    purpose: 'Answers the HTTP API: cancels, resolves, and continues what waits for a person',
  },
  'api-looks': {
    purpose: 'Answers the HTTP API: reads clusters without changing them',
    memory: 512,
    timeout: 29,
    rights: ['table', 'documents:read', 'adoptions:store', 'clusters', 'copies'], // keeps the noted rights
    writes: {
      put: ['TARGETS#*', 'TARGET#*', 'CHANGES#*', 'DRIFT', 'EVENTS#*'],
      delete: ['DRIFT#*'],
      check: ['DISPATCHER'],
    },
    trigger: 'http',
  },
  'read-logs': {
    purpose: 'Answers the HTTP API: reads container logs, its only right in a cluster',
    memory: 512,
    timeout: 29,
    rights: ['table', 'documents:read', 'clusters:logs', 'copies'],
    writes: {},
    trigger: 'http',
  },
  'take-hint': {
    purpose: 'Answers callbacks of executors and triggers a look at their runs',
    memory: 256,
    timeout: 10,
    rights: ['table:hints', 'watches:start', 'callback-secret'],
    writes: { put: ['WATCHERS', 'HINTS'] },
    trigger: 'callback',
  },
  'plan-batch': {
    purpose: 'Freezes the plan of a batch, and fetches what a preview needs',
    memory: 1024,
    timeout: 120,
    rights: ['table', 'documents:read', 'documents:write', 'previews:store'],
    writes: { put: [...batch.put, 'INBOX', 'ENVIRONMENTS', 'PREVIEWS#*'], delete: batch.delete }, // and what a preview has fetched
  },
  'await-turn': {
    purpose: 'Registers the token of a deployment that waits for its turn',
    memory: 256,
    timeout: 30,
    rights: ['table', 'tokens'],
    writes: { update: ['BATCH#*'] },
  },
  'dispatch-turns': {
    purpose: 'Decides turns: the one writer of the schedule',
    memory: 1024, // folds the schedule of 10,000 deployments
    timeout: 300,
    rights: waiting,
    writes: { put: ['DISPATCHER', ...change, 'REJECTED'], update: ['DISPATCHER'], delete: ['DISPATCHER', 'INBOX'] },
    trigger: 'inbox',
  },
  'capture-baseline': {
    purpose: 'Records what runs on the cluster before an attempt',
    memory: 512,
    timeout: 60,
    rights: ['table', 'documents:read', 'clusters'],
    writes: {
      put: ['BATCH#*', 'CLUSTERS', 'EVENTS#*', 'INBOX', ...now], // and the identity of the cluster it reached, and a turn that it gives back
      delete: ['BATCH#*', 'DISPATCHER', ...now],
    },
  },
  'start-deployment': {
    purpose: 'Writes the intent of an attempt and calls the executor',
    memory: 256, // mostly waits for the executor's answer
    timeout: 90,
    rights: [...handing, 'harness-secret'],
    writes: run,
  },
  'look-back': {
    purpose: 'Looks at the cluster before the last good release is restored',
    memory: 512,
    timeout: 60,
    rights: [...waiting, 'clusters'],
    writes: { put: change, update: ['BATCH#*'], delete: ['WATCH#*'] },
  },
  'start-restore': {
    purpose: 'Restores the last good release',
    memory: 256, // mostly waits for the executor's answer
    timeout: 90,
    rights: [...handing, 'harness-secret'],
    writes: run,
  },
  'verify-rollout': {
    purpose: 'Hands a rollout to the observer of its cluster',
    memory: 256,
    timeout: 30,
    rights: handing,
    writes: { put: ['WATCH#*', 'WATCHERS'], update: ['BATCH#*'] },
  },
  'record-outcome': {
    purpose: 'Writes the outcome of a deployment',
    memory: 256,
    timeout: 30,
    rights: ['table', 'documents:read'],
    writes: outcome,
  },
  'conclude-batch': {
    purpose: 'Settles missing outcomes and decides what comes next',
    memory: 1024,
    timeout: 300,
    rights: ['table', 'documents:read', 'batches:describe'],
    writes: outcome,
  },
  'finish-batch': {
    purpose: 'Seals a batch and its totals, and opens its rollback',
    memory: 1024,
    timeout: 300,
    rights: ['table', 'documents:read', 'documents:write', 'batches:start'],
    writes: sealing,
  },
  'watch-executor': {
    purpose: 'Polls the runs of an executor and answers their waits',
    memory: 256, // runs while anything is in flight, so its memory is its cost
    timeout: 300, // loops for 240; one that hangs is replaced after this
    rights: [...handing, 'harness-secret'],
    writes: {
      put: [...change, 'WATCHERS', 'BUDGETS', 'EXECUTORS', 'INBOX'],
      update: ['WATCH#*', 'WATCHERS'],
      delete: ['WATCH#*', 'EXECUTORS'],
      check: ['BATCH#*'], // sends a queued start while its deployment is open
    },
  },
  'deploy-to-cluster': {
    purpose: 'Deploys to clusters directly: applies, restores, and follows what it applied',
    memory: 512, // the Kubernetes client, and manifests
    timeout: 300, // loops for 240 while it follows a run
    rights: [...handing, 'documents:write', 'previews:remove', 'clusters:deploy', 'metrics'], // keeps what was there before, and reads checks
    writes: {
      put: [...begun.put, 'EXECUTORS', 'CLUSTERS', 'PREVIEWS#*'], // and the rights that a cluster denies it
      update: [...begun.update, 'WATCHERS'],
      delete: [...begun.delete, 'EXECUTORS'],
      check: begun.check,
    },
  },
  'watch-cluster': {
    purpose: 'Observes the rollouts on a cluster and answers their waits',
    memory: 256, // 165 MB for a namespace of 1,000 workloads with 3,000 pods; `observer_memory` gives more, for speed
    timeout: 300,
    rights: [...handing, 'clusters'],
    writes: {
      put: [...outcome.put, 'WATCHERS', 'CLUSTERS'], // and the rights that a cluster has withdrawn
      update: ['WATCHERS', 'WATCH#*'],
      delete: outcome.delete,
    },
  },
  sweep: {
    purpose: 'Recovers lost callbacks, leases, grants, executions and anchors; removes expired records',
    memory: 512,
    timeout: 300,
    rights: [...handing, 'documents:write', 'documents:remove', 'batches:start', 'batches:describe'],
    writes: {
      put: [...outcome.put, ...accepted, 'BY#*', 'EXPIRING', 'DISPATCHER', 'WATCHERS', 'REJECTED', 'UNANCHORED'],
      update: ['DISPATCHER'],
      delete: [...outcome.delete, ...accepted, ...expiring, 'INBOX', 'UNANCHORED'],
      check: ['BATCH#*'],
    },
    trigger: 'every-minute',
  },
  'survey-clusters': {
    purpose: 'Compares what runs in the clusters with what was deployed, without changing them',
    memory: 1024, // 290 MB for 10,000 targets of three objects, plus what Node needs
    timeout: 110, // the next one comes after 120
    rights: ['table', 'documents:read', 'clusters'],
    writes: { put: ['DRIFT', 'DRIFT#*', 'EVENTS#*'], update: ['TARGETS#*'], delete: ['DRIFT#*'] },
    trigger: 'every-two-minutes',
  },
  'settle-execution': {
    purpose: 'Cleans up after an execution that was stopped, failed or timed out',
    memory: 1024,
    timeout: 300, // the outcomes of 10,000 deployments
    rights: [...handing, 'documents:write', 'batches:start', 'batches:describe'],
    writes: {
      put: [...outcome.put, ...accepted, 'BY#*', 'WATCHERS'],
      delete: [...outcome.delete, 'BY#*', 'OPEN'],
      check: ['BATCH#*'],
    },
    trigger: 'ended-executions',
  },
  'publish-events': {
    purpose: 'Numbers the feed of a batch, puts it on the bus and anchors its end',
    memory: 256,
    timeout: 60,
    rights: ['table:feed', 'bus', 'anchors:write'],
    writes: { put: ['FEED#*', 'ANCHORS', 'UNANCHORED'], update: ['EVENTS#*'] },
    trigger: 'events',
  },
} as const satisfies Readonly<Record<string, FunctionRow>>;

export type Stem = keyof typeof functionsTable;

/** `plan-batch` is `PlanBatch` in the state machine files and in the template. */
export const pascalCase = (stem: string): string =>
  stem.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
