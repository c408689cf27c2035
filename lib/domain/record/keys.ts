import type { Key } from '../ports.ts';
import { type BatchDimension, monthOf } from './index-rows.ts';

/**
 * The layout of the one table: every key and the shape of every row. Access patterns:
 *
 * | partition          | sort key                 | row                                                         |
 * |--------------------|--------------------------|-------------------------------------------------------------|
 * | BATCHES            | <batch>                  | list of batches, newest last                                |
 * | SUBMITTER#<who>    | <batch>                  | list of the batches of one who submits, newest last         |
 * | OPEN               | <batch>                  | batches that are not sealed, for the sweeper                |
 * | EXPIRING           | <batch>                  | a batch whose record has expired and is not all gone yet    |
 * | IDEMPOTENCY#<who>  | submit#<key>             | which batch answered their Idempotency-Key, for 30 days     |
 * | UPLOADS#<who>      | OPEN#<place>             | an upload that is open: its id, size and SHA-256            |
 * |                    | USED#<upload>            | the batch that it has become                                |
 * | WAITING#<who>      | PLACE#<place>            | a request that waits for events                             |
 * | PREVIEWS#<preview> | HEADER                   | what is asked of clusters before a batch is submitted       |
 * |                    | RESULT#<index>           | what one of its deployments would do                        |
 * | PREVIEWS#BY#<who>  | PLACE#<place>            | one of the previews that somebody has at work               |
 * | BATCH#<batch>      | HEADER                   | status and totals                                           |
 * |                    | PLAN                     | hash of the plan that is being written, or was              |
 * |                    | ITEM#<index>             | status of a deployment; absent means PENDING                |
 * |                    | OUTCOMES                 | how each ended, a character for each; with the seal         |
 * |                    | CAPTURE#<index>          | baseline of the attempt, point to return to                 |
 * |                    | ATTEMPT#<index>#<wait>   | the intent, written before the executor is called           |
 * |                    | TOKEN#<index>#<wait>     | the task token that waits now                               |
 * |                    | ANSWER#<index>#<wait>    | the one answer of a wait                                    |
 * | EVENTS#<batch>     | <index>#<seq>            | a change; batch changes have the index `batch`              |
 * |                    | hold#<seq>, drift#<seq>  | a change of a hold, or of drift; the batch is `stage`       |
 * | FEED#<batch>       | HEAD, <number>           | the numbered feed                                           |
 * | ANCHORS            | HEAD                     | the last anchor that is known here; the anchors are outside |
 * |                    | BATCH#<batch>            | number of its last event that is anchored                   |
 * | UNANCHORED         | <time>#<batch>           | an end that could not be anchored yet, for the sweeper      |
 * | DISPATCHER         | LEASE, STATE             | lease with fence; version of the scheduling state           |
 * |                    | BATCH#<batch>            | scheduling head of a batch                                  |
 * |                    | PAGE#<batch>#<page>      | one page of scheduling cells                                |
 * |                    | LOCK#<name>              | who works on a target, or on what is changed                |
 * |                    | TURN#<batch>#<index>     | the answer of AwaitTurn, until the outcome is recorded      |
 * |                    | HOLD#<hold>              | what must not start now                                     |
 * |                    | OUTAGE#<circuit>         | an executor or a cluster that did not answer lately         |
 * | INBOX              | <ulid>                   | messages to the dispatcher                                  |
 * | REJECTED           | <ulid>                   | messages to the dispatcher that it could not read           |
 * | WATCH#<watcher>    | <batch>#<index>#<wait>   | what a watcher has to follow                                |
 * | WATCHERS           | <watcher>                | lease and generation of a watcher                           |
 * | HINTS              | <watcher>                | the last hint to a watcher that something may have happened |
 * | BUDGETS            | <account>                | the requests that an executor's account allows              |
 * | EXECUTORS          | <account>                | that an executor's account cannot be read, and since when   |
 * | CLUSTERS           | <cluster>                | which cluster a name of the configuration leads to          |
 * | TARGET#<target>    | GOOD                     | the last good release                                       |
 * |                    | LAST                     | how the last deployment ended that did not succeed          |
 * |                    | RELEASE#<ulid>           | releases of a target, oldest first                          |
 * | OBJECT#<object>    | LAST                     | which target's deployment changed an object last            |
 * |                    | OUTCOME#<time>#<batch>#… | its changes that made no release                            |
 * | TARGETS#<environ.> | <cluster>/<pillar>/<se…> | what runs at a target now, and who changed it last          |
 * | SERVICES#<service> | <environment>/<cluster>  | a target of this service                                    |
 * | ENVIRONMENTS       | <environment>            | that a batch was planned for it                             |
 * | CHANGES#<en.>#<mo> | <time>#<batch>#<index>   | a change of a target in that month                          |
 * | BY#<dim.>#<v>#<mo> | <time>#<batch>           | a batch of that month by status, actor, service …           |
 * | DRIFT#<cluster>    | <target>                 | what a survey saw changed there, for the next one           |
 * | DRIFT              | NUMBER                   | number of the last event of drift                           |
 * | USERS              | <subject>                | a person or program that was here                           |
 * | REQUESTS#ID#<id>   | REQUEST                  | a deployment request, and the batch that it has become      |
 * | REQUESTS#OWNER#<w> | REQUEST#<time>#<id>      | a request of theirs                                         |
 * |                    | DEPLOYMENT#<time>#<iden> | a deployment of theirs                                      |
 * | REQUESTS#OF#<iden> | HEAD                     | a deployment that was requested, and its latest request     |
 * |                    | REQUEST#<number>         | which request that was, in the order in which they came     |
 * | REQUESTS#NAME#<ns> | <name>                   | the deployment that has this name in a namespace            |
 */

/** A deployment's waits. `deploy-2` belongs to the second attempt. */
export type Wait = 'turn' | `deploy-${number}` | `verify-${number}` | 'restore' | 'verify-restore';

/** Partitions with these prefixes: the table removes their items after `expires_at`. */
export const expiringPartitions = ['IDEMPOTENCY#', 'UPLOADS#', 'WAITING#', 'PREVIEWS#'] as const;
const [keyPartitions, uploadPartitions, waitingPartitions, previewPartitions] = expiringPartitions;

/** The longest subject a token may have (OpenID Connect), which also fits a key. */
export const longestSubject = 255;

const nameOf = (actor: string): string => actor.slice(0, longestSubject).toWellFormed();

const padded = (index: number): string => String(index).padStart(5, '0');
const batchKey = (batchId: string, sk: string): Key => ({ pk: `BATCH#${batchId}`, sk });
const dispatcherKey = (sk: string): Key => ({ pk: 'DISPATCHER', sk });
/** A time as part of a sort key. */
export const sortable = (at: number): string => String(at).padStart(15, '0');

export const keys = {
  listed: (batchId: string): Key => ({ pk: 'BATCHES', sk: batchId }),
  submitted: (actor: string, batchId: string): Key => ({
    pk: `SUBMITTER#${nameOf(actor)}`,
    sk: batchId,
  }),
  open: (batchId: string): Key => ({ pk: 'OPEN', sk: batchId }),
  expiring: (batchId: string): Key => ({ pk: 'EXPIRING', sk: batchId }),
  idempotency: (actor: string, key: string): Key => ({
    pk: `${keyPartitions}${nameOf(actor)}`,
    sk: `submit#${key}`,
  }),
  /** The key from when all callers shared one namespace. */
  idempotencyOfAll: (key: string): Key => ({ pk: `${keyPartitions}${key}`, sk: '-' }),
  openUpload: (actor: string, place: number | ''): Key => ({
    pk: `${uploadPartitions}${nameOf(actor)}`,
    sk: `OPEN#${place}`,
  }),
  usedUpload: (actor: string, uploadId: string): Key => ({
    pk: `${uploadPartitions}${nameOf(actor)}`,
    sk: `USED#${uploadId}`,
  }),
  waiter: (actor: string, place: number | ''): Key => ({
    pk: `${waitingPartitions}${nameOf(actor)}`,
    sk: `PLACE#${place}`,
  }),
  preview: (previewId: string): Key => ({ pk: `${previewPartitions}${previewId}`, sk: 'HEADER' }),
  previewing: (subject: string, place: number | ''): Key => ({
    pk: `${previewPartitions}BY#${subject}`,
    sk: `PLACE#${place}`,
  }),
  previewed: (previewId: string, index: number | ''): Key => ({
    pk: `${previewPartitions}${previewId}`,
    sk: `RESULT#${index === '' ? '' : padded(index)}`,
  }),
  header: (batchId: string): Key => batchKey(batchId, 'HEADER'),
  /** Any row of a batch, its changes or its feed, by its sort key as read. */
  batchRow: batchKey,
  eventRow: (batchId: string, sk: string): Key => ({ pk: `EVENTS#${batchId}`, sk }),
  feedRow: (batchId: string, sk: string): Key => ({ pk: `FEED#${batchId}`, sk }),
  planClaim: (batchId: string): Key => batchKey(batchId, 'PLAN'),
  item: (batchId: string, index: number): Key => batchKey(batchId, `ITEM#${padded(index)}`),
  outcomes: (batchId: string): Key => batchKey(batchId, 'OUTCOMES'),
  capture: (batchId: string, index: number): Key => batchKey(batchId, `CAPTURE#${padded(index)}`),
  attempt: (batchId: string, index: number, wait: Wait): Key => batchKey(batchId, `ATTEMPT#${padded(index)}#${wait}`),
  token: (batchId: string, index: number, wait: Wait): Key => batchKey(batchId, `TOKEN#${padded(index)}#${wait}`),
  answer: (batchId: string, index: number, wait: Wait): Key => batchKey(batchId, `ANSWER#${padded(index)}#${wait}`),
  event: (batchId: string, index: number | 'batch' | 'hold' | 'drift', seq: number): Key => ({
    pk: `EVENTS#${batchId}`,
    sk: `${typeof index === 'string' ? index : padded(index)}#${padded(seq)}`,
  }),
  feedHead: (batchId: string): Key => ({ pk: `FEED#${batchId}`, sk: 'HEAD' }),
  anchored: (batchId: string): Key => ({ pk: 'ANCHORS', sk: `BATCH#${batchId}` }),
  anchorsHead: { pk: 'ANCHORS', sk: 'HEAD' } as Key,
  unanchored: (at: number, batchId: string): Key => ({
    pk: 'UNANCHORED',
    sk: `${sortable(at)}#${batchId}`,
  }),
  feed: (batchId: string, number: number): Key => ({ pk: `FEED#${batchId}`, sk: String(number).padStart(9, '0') }),
  lease: dispatcherKey('LEASE'),
  schedule: dispatcherKey('STATE'),
  scheduleBatch: (batchId: string): Key => dispatcherKey(`BATCH#${batchId}`),
  schedulePage: (batchId: string, page: number): Key => dispatcherKey(`PAGE#${batchId}#${padded(page)}`),
  lock: (name: string): Key => dispatcherKey(`LOCK#${name}`),
  turn: (batchId: string, index: number): Key => dispatcherKey(`TURN#${batchId}#${padded(index)}`),
  inbox: (id: string): Key => ({ pk: 'INBOX', sk: id }),
  rejected: (id: string): Key => ({ pk: 'REJECTED', sk: id }),
  watch: (watcher: string, batchId: string, index: number, wait: Wait): Key => ({
    pk: `WATCH#${watcher}`,
    sk: `${batchId}#${padded(index)}#${wait}`,
  }),
  watcher: (watcher: string): Key => ({ pk: 'WATCHERS', sk: watcher }),
  cluster: (name: string): Key => ({ pk: 'CLUSTERS', sk: name }),
  budget: (account: string): Key => ({ pk: 'BUDGETS', sk: account }),
  trouble: (account: string): Key => ({ pk: 'EXECUTORS', sk: account }),
  hint: (watcher: string): Key => ({ pk: 'HINTS', sk: watcher }),
  goodRelease: (target: string): Key => ({ pk: `TARGET#${target}`, sk: 'GOOD' }),
  lastOutcome: (target: string): Key => ({ pk: `TARGET#${target}`, sk: 'LAST' }),
  release: (target: string, id: string): Key => ({ pk: `TARGET#${target}`, sk: `RELEASE#${id}` }),
  lastChange: (object: string): Key => ({ pk: `OBJECT#${object}`, sk: 'LAST' }),
  /** The target is `environment/cluster/pillar/service_name`. */
  targetNow: (target: string): Key => {
    const [environment = '', ...place] = target.split('/');
    return { pk: targetsOf(environment), sk: place.join('/') };
  },
  hold: (id: string): Key => dispatcherKey(`HOLD#${id}`),
  outage: (name: string): Key => dispatcherKey(`OUTAGE#${name}`),
  batchBy: (dimension: BatchDimension, value: string, { batch_id, created_at }: Made): Key => ({
    pk: batchesBy(dimension, value, monthOf(created_at)),
    sk: `${sortable(created_at)}#${batch_id}`,
  }),
  change: (environment: string, { at, batch_id, index }: PlaceInTime): Key => ({
    pk: changesOf(environment, monthOf(at)),
    sk: `${sortable(at)}#${batch_id}#${padded(index)}`,
  }),
  targetOutcome: (target: string, { at, batch_id, index }: PlaceInTime): Key => ({
    pk: `TARGET#${target}`,
    sk: `OUTCOME#${sortable(at)}#${batch_id}#${padded(index)}`,
  }),
  /** The target is `environment/cluster/pillar/service_name`. */
  targetPointer: (target: string): Key => {
    const [environment = '', cluster = '', ...service] = target.split('/');
    return { pk: targetsOfService(service.join('/')), sk: `${environment}/${cluster}` };
  },
  environment: (name: string): Key => ({ pk: 'ENVIRONMENTS', sk: name }),
  drift: (cluster: string, target: string): Key => ({ pk: driftsOf(cluster), sk: target }),
  driftNumber: { pk: 'DRIFT', sk: 'NUMBER' } as Key,
  user: (subject: string): Key => ({ pk: 'USERS', sk: nameOf(subject) }),
  request: (id: string): Key => ({ pk: `REQUESTS#ID#${id}`, sk: 'REQUEST' }),
  requestOfOwner: (owner: string, { at, id }: RequestPlaceInTime): Key => ({
    pk: requestsOfOwner(owner),
    sk: `REQUEST#${sortable(at)}#${id}`,
  }),
  requestedOfOwner: (owner: string, { at, id }: RequestPlaceInTime): Key => ({
    pk: requestsOfOwner(owner),
    sk: `DEPLOYMENT#${sortable(at)}#${id}`,
  }),
  requested: (identifier: string): Key => ({ pk: `REQUESTS#OF#${identifier}`, sk: 'HEAD' }),
  requestOf: (identifier: string, number: number): Key => ({
    pk: `REQUESTS#OF#${identifier}`,
    sk: `REQUEST#${String(number).padStart(9, '0')}`,
  }),
  requestedName: (namespace: string, name: string): Key => ({ pk: `REQUESTS#NAME#${namespace}`, sk: name }),
  rollback: (batchId: string, n: number): Key => batchKey(batchId, `ROLLBACK#${padded(n)}`),
  retry: (batchId: string, n: number): Key => batchKey(batchId, `RETRY#${padded(n)}`),
} as const;

interface Made {
  readonly batch_id: string;
  readonly created_at: number;
}

/** A request by its id, or a deployment by its identifier. */
interface RequestPlaceInTime {
  readonly at: number;
  readonly id: string;
}

/** What one owner has requested, and the resulting deployments. */
export const requestsOfOwner = (owner: string): string => `REQUESTS#OWNER#${nameOf(owner)}`;

interface PlaceInTime {
  readonly at: number;
  readonly batch_id: string;
  readonly index: number;
}

/**
 * A month's batches (the month is from `monthOf`). Subjects are truncated as in all keys; the batch has the full one.
 */
export const batchesBy = (dimension: BatchDimension, value: string, month: string): string =>
  `BY#${dimension}#${dimension === 'actor' ? nameOf(value) : value}#${month}`;

/** An environment's changes in a month. */
export const changesOf = (environment: string, month: string): string => `CHANGES#${environment}#${month}`;

/** All targets of a service (`pillar/service_name`). */
export const targetsOfService = (service: string): string => `SERVICES#${service}`;

/** The drift that surveys of a cluster saw. */
export const driftsOf = (cluster: string): string => `DRIFT#${cluster}`;

/** All targets of an environment. */
export const targetsOf = (environment: string): string => `TARGETS#${environment}`;

/** Nine digits, as in the key. */
export const lastFeedNumber = 999_999_999;

/** Watchers are named `executor:<account>` and `cluster:<name>`. */
export const executorWatcher = (account: string): string => `executor:${account}`;
export const clusterWatcher = (cluster: string): string => `cluster:${cluster}`;

/** Texts by path. The plan is split into chunks, so a function that needs one deployment reads 100, not 10,000. */
export const planChunkSize = 100;
export const documentPaths = {
  source: (batchId: string): string => `batches/${batchId}/source.yaml`,
  batch: (batchId: string): string => `batches/${batchId}/batch.json`,
  plan: (batchId: string): string => `batches/${batchId}/plan.json`,
  planChunk: (batchId: string, chunk: number): string => `batches/${batchId}/plan/${padded(chunk)}.json`,
  schedule: (batchId: string): string => `batches/${batchId}/schedule.json`,
  /** Manifests as written, named by their content. */
  manifests: (sha256: string): string => `manifests/${sha256}.yaml`,
  /** The same for a preview, which has its own copy while it runs. */
  previewed: (previewId: string, sha256: string): string => `previews/${previewId}/${sha256}.yaml`,
  /**
   * What was in the cluster before a deployment changed it, ready to be applied again. Kept, because a release may
   * refer to it.
   */
  before: (batchId: string, index: number): string => `batches/${batchId}/before/${padded(index)}.yaml`,
  /** Marks that an attempt must stop. */
  stopped: (batchId: string, key: string): string => `batches/${batchId}/stopped/${key}`,
  /** The pause at which an attempt waits for a person. */
  paused: (batchId: string, key: string): string => `batches/${batchId}/paused/${key}`,
  /** Lets a waiting attempt continue, as JSON: who, and when. */
  proceeded: (batchId: string, key: string): string => `batches/${batchId}/proceeded/${key}.json`,
  /** Marks that an attempt goes back by itself, as JSON: why. */
  back: (batchId: string, key: string): string => `batches/${batchId}/back/${key}.json`,
  /** The objects that an attempt deletes, by uid. */
  doomed: (batchId: string, key: string): string => `batches/${batchId}/doomed/${key}.json`,
  /** What the executor `kubernetes` applied last, by the owner's label value. */
  applied: (label: string): string => `manifests/applied/${label}.json`,
  /** What somebody adopted in its place, named by content. The target's NOW says which one counts. */
  adopted: (sha256: string): string => `manifests/adopted/${sha256}.json`,
  /** The kinds of an owner's objects, by the value of its label. */
  inventory: (label: string): string => `manifests/inventory/${label}.json`,
} as const;
