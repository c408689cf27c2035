/** The calls of the protocol, as faults and counts name them. */
export const routeNames = ['webhook', 'execute', 'abort', 'list', 'detail', 'event-details', 'notes'] as const;
export type RouteName = (typeof routeNames)[number];

/** Additional fields of an order, allowed only where they have a meaning. */
type Detail = 'on' | 'when' | 'milliseconds' | 'status' | 'outcome';

interface FaultRule {
  /** A single request, the way from a stored event to its run, or a run. */
  readonly strikes: 'request' | 'event' | 'run';
  readonly does: string;
  readonly takes?: readonly Detail[];
  /** For request faults: the calls it strikes if the order names none. */
  readonly on?: readonly RouteName[];
  /** How late, how slow or how long if the order does not say. */
  readonly milliseconds?: number;
  /** The usual status first, then others that can be asked for; `any` for all that the service knows. */
  readonly statuses?: readonly string[] | 'any';
  /** A version that contains this brings the fault, so that a batch can order it. */
  readonly version?: string;
}

const starts: readonly RouteName[] = ['webhook', 'execute'];

/** Every fault of the simulated Harness: one row each. */
const faultRules = {
  reject: { strikes: 'request', takes: ['on'], on: starts, does: '400 INVALID_REQUEST, and nothing was done' },
  'too-many-requests': {
    ...{ strikes: 'request', takes: ['on'], on: starts },
    does: '429 of the edge without Retry-After, and nothing was done',
  },
  throttle: {
    ...{ strikes: 'request', takes: ['on'], on: starts },
    does: '400 TOO_MANY_REQUESTS of the service, and nothing was done',
  },
  'server-error': {
    ...{ strikes: 'request', takes: ['on', 'when'], on: starts },
    does: '500 UNKNOWN_ERROR, before the request was carried out or after it',
  },
  'html-error': {
    ...{ strikes: 'request', takes: ['on', 'when'], on: starts },
    does: '502 with a page of HTML, before the request was carried out or after it',
  },
  'drop-reply': {
    ...{ strikes: 'request', takes: ['on'], on: starts, version: '-reply-dropped' },
    does: 'the request is carried out, and the connection is cut instead of an answer',
  },
  'refuse-connection': {
    ...{ strikes: 'request', takes: ['on'], on: routeNames },
    does: 'no connection: nothing was sent. From a process of its own it is a cut one, and nothing was done',
  },
  'slow-answer': {
    ...{ strikes: 'request', takes: ['on', 'milliseconds'], on: routeNames, milliseconds: 10_000 },
    does: 'the request is carried out, and its answer comes late; another fault may strike it as well',
  },
  'no-v2-details': {
    ...{ strikes: 'request', on: ['event-details'] },
    does: 'the newer call for the details of an event is not there (404), as with an older service',
  },
  'lose-event': { strikes: 'event', does: 'the event stays QUEUED, and no run comes of it', version: '-event-lost' },
  'late-event': {
    ...{ strikes: 'event', takes: ['milliseconds'], milliseconds: 10_000 },
    does: 'the event is handled so much later',
  },
  'fail-event': {
    ...{ strikes: 'event', takes: ['status'], statuses: 'any' },
    does: 'the event ends without a run, as NO_MATCHING_TRIGGER_FOR_PAYLOAD_CONDITIONS or with the given status',
  },
  'hide-payload': { strikes: 'event', does: 'the details of the event do not repeat the payload' },
  'hide-execution-details': {
    ...{ strikes: 'event' },
    does: 'the details of the event name the run, and say nothing of it',
  },
  'stale-status': {
    ...{ strikes: 'run', takes: ['milliseconds'], milliseconds: 5_000 },
    does: 'the run is there at once; its status is seen so much later',
  },
  'late-run': {
    ...{ strikes: 'run', takes: ['milliseconds'], milliseconds: 5_000 },
    does: 'no list, detail or notes know of the run until then; an abort reaches it',
  },
  'forget-run': {
    ...{ strikes: 'run', takes: ['milliseconds'], milliseconds: 0 },
    does: 'so long after its start, no call knows the run any more (404 ENTITY_NOT_FOUND); it goes on',
  },
  'hide-notes': { strikes: 'run', does: 'the notes of the run are shown nowhere' },
  'queued-for-ever': {
    strikes: 'run',
    takes: ['status'],
    statuses: ['Queued', 'QueuedExecutionConcurrencyReached', 'QueuedLicenseLimitReached'],
    does: 'the run never begins',
  },
  'wait-for-person': {
    strikes: 'run',
    takes: ['status', 'milliseconds', 'outcome'],
    statuses: ['ApprovalWaiting', 'InterventionWaiting', 'InputWaiting'],
    milliseconds: 10_000,
    does: 'the run waits for a person in its first stage, then goes on, or is rejected and ends ApprovalRejected',
  },
  slow: {
    ...{ strikes: 'run', takes: ['milliseconds'], milliseconds: 10_000, version: '-pipeline-slow' },
    does: 'the run takes so much longer',
  },
  'stuck-running': {
    ...{ strikes: 'run', takes: ['status'], statuses: 'any', version: '-pipeline-hangs' },
    does: 'the run never ends; it can be aborted',
  },
  'fail-stage': {
    ...{ strikes: 'run', takes: ['status'], statuses: 'any', version: '-pipeline-fails' },
    does: 'the Deploy stage fails before it changes anything, as Failed or with the given status',
  },
  'fail-after-apply': {
    ...{ strikes: 'run', version: '-pipeline-fails-late' },
    does: 'the Deploy stage fails after it has changed the workload',
  },
  'refuse-abort': { strikes: 'run', does: 'an abort is refused with 400 INVALID_REQUEST' },
  'ignore-abort': { strikes: 'run', does: 'an abort is accepted, and the run goes on' },
  'slow-abort': {
    ...{ strikes: 'run', takes: ['milliseconds'], milliseconds: 60_000 },
    does: 'an accepted abort takes so long',
  },
} as const satisfies Readonly<Record<string, FaultRule>>;

export type FaultName = keyof typeof faultRules;

export const faultNames = Object.keys(faultRules) as readonly FaultName[];

export const ruleOf = (fault: FaultName): FaultRule => faultRules[fault];

/** The longest word first: if two match, the longer one was meant. */
const byVersion = faultNames
  .flatMap((fault) => {
    const { version } = ruleOf(fault);
    return version === undefined ? [] : [{ fault, word: version }];
  })
  .sort((one, other) => other.word.length - one.word.length);

export const faultOfVersion = (version: string): FaultName | undefined =>
  byVersion.find(({ word }) => version.includes(word))?.fault;
