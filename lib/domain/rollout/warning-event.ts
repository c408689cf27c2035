import type { JsonObject } from '../json.ts';
import { foreignText } from '../record/foreign-text.ts';
import type { Evidence, Look } from './judgement.ts';
import { numberAt, objectAt, stringAt } from './kubernetes-object.ts';
import { currentReplicaSet, podsOfNewRevision } from './revision.ts';

/** A cluster's warning about an object, from core/v1 or events.k8s.io/v1. */
export interface WarningEvent {
  /** The uid of the object in the warning. */
  readonly uid: string;
  readonly name: string;
  /** Of a pod, if it is about one container. */
  readonly container?: string;
  readonly reason: string;
  readonly message: string;
  /** How often it occurred. */
  readonly count: number;
  /** When it first and last occurred, in milliseconds since 1970; 0 if unknown. */
  readonly first: number;
  readonly last: number;
}

/** A row field must stay short. The API server itself cuts messages at 1,024 characters. */
const longestMessage = 500;

/**
 * A secret cut in two is no longer recognisable, so masking comes before cutting. Short messages are masked as a whole
 * when recorded.
 */
const shortened = (text: string): string => (text.length <= longestMessage ? text : foreignText(text, longestMessage));

/** As many as `kubectl describe` would show for a few objects. */
const mostEvents = 20;

/** The warnings newer than the attempt, newest first. */
export const warningsOf = ({ view, since }: Pick<Look, 'view' | 'since'>): readonly WarningEvent[] =>
  (view.events ?? [])
    .filter((event) => (stringAt(event, 'type') ?? 'Warning') === 'Warning')
    .map(warningOf)
    .filter(({ last }) => since === undefined || endOfSecond(last) >= since)
    .sort((one, other) => other.last - one.last || compare(one, other));

/** Event times are whole seconds or more precise: neither ends before its second does. */
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

/**
 * Old recorders write a first and a last time, new ones a time and a series. Without those, the creation time counts.
 */
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

/** The latest warnings about the workload and its new objects, as evidence. */
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

/** A restarted recorder repeats a warning in a new event. */
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

/** The warnings about one object, newest first. */
export const about = (warnings: readonly WarningEvent[], object: JsonObject): readonly WarningEvent[] => {
  const uid = stringAt(object, 'metadata', 'uid');
  return warnings.filter((one) => one.uid === uid && uid !== undefined);
};
