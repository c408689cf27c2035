import type { Place } from '../schedule/place.ts';
import { sha256Of } from '../sha256.ts';
import type { TargetRow } from '../targets/target-row.ts';
import { type DriftMark, mostFields } from './drift-mark.ts';
import type { FieldDrift } from './object-drift.ts';

/** `DRIFT#<cluster>` / `<target>`: what a survey saw, for the next one. */
export interface SeenDrift extends Place {
  readonly target: string;
  /** From NOW at that time. */
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
  /** What the previous survey saw; undefined if it saw nothing. */
  readonly seen: SeenDrift | undefined;
  readonly at: number;
}

/** What to write after a look. */
export interface AfterLook {
  /** For the next survey; undefined if there is nothing to remember. */
  readonly remember: SeenDrift | undefined;
  /** Sets or changes the mark; `clear` removes it. Absent: it stays as it is. */
  readonly mark?: DriftMark | 'clear';
}

/**
 * A difference counts once two surveys in a row saw it with the same deployment in place, because a single one may
 * catch a change halfway. When the target is as deployed again, one look is enough.
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

/** Undefined for a mark of an earlier version, which does not name all fields. */
const hashOfMark = ({ fields, count, hash }: DriftMark): string | undefined =>
  hash ?? (count === fields.length ? hashOfDrift(fields) : undefined);

/** Whether these are exactly the marked fields. */
export const isAsMarked = (mark: DriftMark, fields: readonly FieldDrift[]): boolean =>
  hashOfMark(mark) === hashOfDrift(fields);

/** For people. */
export const driftSentence = (target: string, { fields, count }: DriftMark): string => {
  const [first] = fields;
  const more = count > 1 ? `, and ${count - 1} more` : '';
  return `${target} is not as it was deployed: ${first === undefined ? 'it changed' : fieldSentence(first)}${more}.`;
};

/** One field that differs. */
export const fieldSentence = ({ object, path, from, to, manager }: FieldDrift): string => {
  if (path === undefined) return `${object} is gone`;
  const by = manager === undefined ? '' : ` (${manager})`;
  return `${object}: ${path} was ${from ?? 'not there'}, and is ${to ?? 'not there'}${by}`;
};
