import type { JsonObject } from '../json.ts';
import { foreignText } from '../record/foreign-text.ts';
import type { Evidence, Look } from './judgement.ts';
import { numberAt, objectAt, stringAt } from './kubernetes-object.ts';
import { currentReplicaSet, podsOfNewRevision } from './revision.ts';

/** A warning of the cluster about an object, in core/v1 or events.k8s.io/v1 words. */
export interface WarningEvent {
  /** Of the object that it is about. */
  readonly uid: string;
  readonly name: string;
  /** Of a pod, where it is about one of them. */
  readonly container?: string;
  readonly reason: string;
  readonly message: string;
  /** How often it was said. */
  readonly count: number;
  /** When it was said first and last, in milliseconds since 1970; 0 where nothing tells it. */
  readonly first: number;
  readonly last: number;
}

/** A field of a row holds no page; the API server cuts a message at 1,024 characters anyway. */
const longestMessage = 500;

/** A secret that was cut in two is none by its form: so it is looked for before. What is short is looked at as a whole when it is recorded. */
const shortened = (text: string): string => (text.length <= longestMessage ? text : foreignText(text, longestMessage));

/** As many as `kubectl describe` would have shown of a few objects. */
const mostEvents = 20;

/** The warnings that are newer than the attempt, the newest first. */
export const warningsOf = ({ view, since }: Pick<Look, 'view' | 'since'>): readonly WarningEvent[] =>
  (view.events ?? [])
    .filter((event) => (stringAt(event, 'type') ?? 'Warning') === 'Warning')
    .map(warningOf)
    .filter(({ last }) => since === undefined || endOfSecond(last) >= since)
    .sort((one, other) => other.last - one.last || compare(one, other));

/** Times of events are whole seconds, or have more digits: either is not before the end of its second. */
const endOfSecond = (time: number): number => Math.floor(time / 1_000) * 1_000 + 999;

const compare = (one: WarningEvent, other: WarningEvent): number =>
  `${one.name} ${one.reason} ${one.message}` < `${other.name} ${other.reason} ${other.message}` ? -1 : 1;

function warningOf(event: JsonObject): WarningEvent {
  const about = { ...objectAt(event, 'involvedObject'), ...objectAt(event, 'regarding') };
  // `spec.containers{web}`
  const container = /\{(.+)\}$/.exec(stringAt(about, 'fieldPath') ?? '')?.[1];
  const times = timesOf(event);
  return {
    uid: stringAt(about, 'uid') ?? '',
    name: stringAt(about, 'name') ?? '',
    ...(container !== undefined && { container }),
    reason: stringAt(event, 'reason') ?? 'Warning',
    message: shortened((stringAt(event, 'message') ?? stringAt(event, 'note') ?? '').trim()),
    count: Math.max(
      1,
      numberAt(event, 'count'),
      numberAt(event, 'deprecatedCount'),
      numberAt(event, 'series', 'count'),
    ),
    first: Math.min(...times),
    last: Math.max(...times),
  };
}

/** Old recorders write first and last time, new ones a time and a series; what says nothing of it was made at some time. */
function timesOf(event: JsonObject): readonly number[] {
  const told = [
    ...['firstTimestamp', 'lastTimestamp', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'eventTime'].map(
      (name) => stringAt(event, name),
    ),
    stringAt(event, 'series', 'lastObservedTime'),
  ];
  const times = told.map((text) => Date.parse(text ?? '')).filter((time) => !Number.isNaN(time));
  return times.length > 0 ? times : [Date.parse(stringAt(event, 'metadata', 'creationTimestamp') ?? '') || 0];
}

/** The last warnings about the workload and what is new of it, as evidence. */
export function warningEvidence(look: Pick<Look, 'view' | 'since' | 'workload'>): readonly Evidence[] {
  const { view, workload } = look;
  const object = view.workload;
  if (object === undefined || view.events === undefined) return [];
  const replicaSet = currentReplicaSet(object, view.revisions);
  const concerned = [object, ...(replicaSet === undefined ? [] : [replicaSet]), ...podsOfNewRevision(workload, view)];
  const uids = new Set(concerned.map((one) => stringAt(one, 'metadata', 'uid')));
  const said = warningsOf(look).filter(({ uid }) => uids.has(uid));
  return withoutRepeats(said).slice(0, mostEvents).map(evidenceOf);
}

/** A recorder that was started again says the same in an event of its own. */
const withoutRepeats = (said: readonly WarningEvent[]): readonly WarningEvent[] => {
  const texts = new Set<string>();
  return said.filter(({ uid, reason, message }) => {
    const text = `${uid} ${reason} ${message}`;
    return !texts.has(text) && texts.add(text);
  });
};

export const evidenceOf = ({ name, reason, message, count }: WarningEvent): Evidence => ({
  kind: 'event',
  name,
  reason,
  message: count > 1 ? `${message} (${count} times)` : message,
});

/** Of these warnings those about an object, the newest first. */
export const about = (warnings: readonly WarningEvent[], object: JsonObject): readonly WarningEvent[] => {
  const uid = stringAt(object, 'metadata', 'uid');
  return warnings.filter((one) => one.uid === uid && uid !== undefined);
};
