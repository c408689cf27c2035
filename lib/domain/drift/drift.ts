import type { Place } from '../schedule/place.ts';
import { sha256Of } from '../sha256.ts';
import type { TargetRow } from '../targets/target-row.ts';
import { type DriftMark, mostFields } from './drift-mark.ts';
import type { FieldDrift } from './object-drift.ts';

/** `DRIFT#<cluster>` / `<target>`: what a survey saw, for the next one. */
export interface SeenDrift extends Place {
  readonly target: string;
  /** Of NOW as it was then. */
  readonly now_since: number;
  /** Of the fields and their values. */
  readonly hash: string;
  readonly at: number;
}

export const hashOfDrift = (fields: readonly FieldDrift[]): string =>
  sha256Of(JSON.stringify(fields.map(({ object, path, from, to }) => [object, path, from, to])));

export interface Look {
  readonly now: TargetRow;
  readonly fields: readonly FieldDrift[];
  /** What the survey before saw; undefined where it saw nothing. */
  readonly seen: SeenDrift | undefined;
  readonly at: number;
}

/** What is to be written after a look. */
export interface AfterLook {
  /** For the next survey; undefined where there is nothing to remember. */
  readonly remember: SeenDrift | undefined;
  /** The mark is set, or changed, to this; `clear` takes it away. Absent: it stays as it is. */
  readonly mark?: DriftMark | 'clear';
}

/**
 * A difference counts when two surveys have seen the same one, with the same deployment there: one may be the middle of a change. What is
 * as it was deployed again needs no second look.
 */
export const decideAfterLook = ({ now, fields, seen, at }: Look): AfterLook => {
  if (fields.length === 0)
    return { remember: undefined, ...(now.drift === undefined ? {} : { mark: 'clear' as const }) };
  const hash = hashOfDrift(fields);
  const isSame = seen !== undefined && isOfNow(seen, now) && seen.hash === hash;
  const remember: SeenDrift = isSame
    ? seen
    : { target: now.target, batch_id: now.batch_id, index: now.index, now_since: now.since, hash, at };
  if (!isSame) return { remember };
  if (now.drift !== undefined && isAsMarked(now.drift, fields)) return { remember };
  const since = now.drift?.since ?? seen.at;
  return { remember, mark: { since, fields: fields.slice(0, mostFields), count: fields.length, hash } };
};

const isOfNow = (seen: SeenDrift, now: TargetRow): boolean =>
  seen.batch_id === now.batch_id && seen.index === now.index && seen.now_since === now.since;

/** Undefined where nobody can say: one of an earlier version, which does not name all of them. */
const hashOfMark = ({ fields, count, hash }: DriftMark): string | undefined =>
  hash ?? (count === fields.length ? hashOfDrift(fields) : undefined);

/** Whether these are what was marked, all of them. */
export const isAsMarked = (mark: DriftMark, fields: readonly FieldDrift[]): boolean =>
  hashOfMark(mark) === hashOfDrift(fields);

/** For people. */
export const driftSentence = (target: string, { fields, count }: DriftMark): string => {
  const [first] = fields;
  const more = count > 1 ? `, and ${count - 1} more` : '';
  return `${target} is not as it was deployed: ${first === undefined ? 'it changed' : fieldSentence(first)}${more}.`;
};

/** One of them. */
export const fieldSentence = ({ object, path, from, to, manager }: FieldDrift): string => {
  if (path === undefined) return `${object} is gone`;
  const by = manager === undefined ? '' : ` (${manager})`;
  return `${object}: ${path} was ${from ?? 'not there'}, and is ${to ?? 'not there'}${by}`;
};
