import type { News, Trouble } from '../../domain/ports.ts';
import { chooseRun } from './found-runs.ts';
import { clockSkewMilliseconds } from './list-plan.ts';
import type { Looking } from './looking.ts';
import { unread, urlsOf } from './looking.ts';
import { byAge, type Row, wordsOf } from './run-rows.ts';
import type { HarnessSettings } from './settings.ts';
import type { Wanted } from './wanted-runs.ts';

/** What is known of a row beyond what it shows. */
export interface Known {
  /** The text read for a run or an event; undefined if it was not read. */
  readonly textOf: (id: string) => string | undefined;
  /** Whether this installation hides what would have to be read. */
  readonly isHidden: boolean;
}

/** A pipeline's rows, as a search for a key sees them. */
export interface Candidates {
  readonly byKey: ReadonlyMap<string, readonly Row[]>;
  /** Rows whose notes, or event payloads, are still to be read. Oldest first: our run starts soon after its request. */
  readonly unread: readonly Row[];
}

/** The id under which the text that may contain our key is remembered. Undefined if there can be none. */
export const placeOf = ({ ref, event, showsNotes }: Row, mode: HarnessSettings['mode']): string | undefined => {
  if (mode === 'webhook') return event;
  // A run that a trigger started was not started by an execute call.
  return event !== undefined || showsNotes ? undefined : ref;
};

export const sortCandidates = (
  rows: readonly Row[],
  { keys, mode }: { readonly keys: ReadonlySet<string>; readonly mode: HarnessSettings['mode'] },
  { textOf, isHidden }: Known,
): Candidates => {
  const byKey = new Map<string, Row[]>();
  const unread: Row[] = [];
  for (const row of [...rows].sort(byAge)) {
    const place = placeOf(row, mode);
    const text = textOf(row.ref) ?? (place === undefined ? undefined : textOf(place));
    const words = new Set([...row.words, ...wordsOf(text ?? '')]);
    const shown = [...words].filter((word) => keys.has(word));
    for (const key of shown) byKey.set(key, [...(byKey.get(key) ?? []), row]);
    if (shown.length === 0 && text === undefined && place !== undefined && !isHidden) unread.push(row);
  }
  return { byKey, unread };
};

const isInWindow = ({ startTs }: Row, { sentAt }: Wanted): boolean =>
  startTs === undefined || startTs >= sentAt - clockSkewMilliseconds;

/** The rows that this search still has to read. Finished runs after the first match change nothing any more. */
export const unreadOf = (one: Wanted, { byKey, unread: rows }: Candidates): readonly Row[] => {
  const isFound = byKey.has(one.key);
  return rows.filter((row) => isInWindow(row, one) && (!isFound || row.isLive));
};

/** The result of a search: `none` only if everything was read. */
export const newsOfSearch = (
  looking: Looking,
  one: Wanted,
  { candidates, trouble }: { readonly candidates: Candidates; readonly trouble: Trouble | undefined },
): News => {
  const left = unreadOf(one, candidates).length;
  if (trouble !== undefined && (left > 0 || !candidates.byKey.has(one.key))) return unread(trouble);
  const asked = `the runs of ${one.settings.pipeline} that may carry ${one.key}`;
  if (left > 0) return unread({ asked, answered: `${left} of them are not read yet; each look reads a few` });
  const found = candidates.byKey.get(one.key)?.filter((row) => isInWindow(row, one)) ?? [];
  return chooseRun(found, urlsOf(looking, one.settings)) ?? { kind: 'none' };
};
