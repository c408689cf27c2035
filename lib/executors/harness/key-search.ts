import type { News, Trouble } from '../../domain/ports.ts';
import { chooseRun } from './found-runs.ts';
import { clockSkewMilliseconds } from './list-plan.ts';
import type { Looking } from './looking.ts';
import { unread, urlsOf } from './looking.ts';
import { byAge, type Row, wordsOf } from './run-rows.ts';
import type { HarnessSettings } from './settings.ts';
import type { Wanted } from './wanted-runs.ts';

/** What is known of a row beside what it shows. */
export interface Known {
  /** What was read of a run or an event; undefined where it was not. */
  readonly textOf: (id: string) => string | undefined;
  /** Whether this installation shows what would have to be read. */
  readonly isHidden: boolean;
}

/** The rows of one pipeline, as a search for a key sees them. */
export interface Candidates {
  readonly byKey: ReadonlyMap<string, readonly Row[]>;
  /** Their notes, or the payloads of their events, are still to be read. Oldest first: our run starts soon after its request. */
  readonly unread: readonly Row[];
}

/** Under what the text is remembered in which a key of ours may stand; undefined where there can be none. */
export const placeOf = ({ ref, event, showsNotes }: Row, mode: HarnessSettings['mode']): string | undefined => {
  if (mode === 'webhook') return event;
  // A run that a trigger began was begun by no execute call.
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

/** What this search still has to read. Of those that are over, none after the first that is found: they change nothing any more. */
export const unreadOf = (one: Wanted, { byKey, unread: rows }: Candidates): readonly Row[] => {
  const isFound = byKey.has(one.key);
  return rows.filter((row) => isInWindow(row, one) && (!isFound || row.isLive));
};

/** What a search has come to: `none` only where everything was looked at. */
export const newsOfSearch = (
  looking: Looking,
  one: Wanted,
  { candidates, trouble }: { readonly candidates: Candidates; readonly trouble: Trouble | undefined },
): News => {
  const left = unreadOf(one, candidates).length;
  if (trouble !== undefined && (left > 0 || !candidates.byKey.has(one.key))) return unread(trouble);
  const asked = `the runs of ${one.settings.pipeline} that may carry ${one.key}`;
  if (left > 0) return unread({ asked, answered: `${left} of them are still to be read, a few at a look` });
  const found = candidates.byKey.get(one.key)?.filter((row) => isInWindow(row, one)) ?? [];
  return chooseRun(found, urlsOf(looking, one.settings)) ?? { kind: 'none' };
};
