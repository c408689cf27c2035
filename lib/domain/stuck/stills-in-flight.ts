import { nextOf } from '../deployment/hindrance.ts';
import type { ItemRow, TurnRow } from '../record/rows.ts';
import type { WatcherRow } from '../record/watch-rows.ts';
import { candidateAt, type Sheet } from '../schedule/sheet.ts';
import { holdsOn, type Turns, type Waiting } from '../schedule/waiting.ts';
import { causeOfHeld, type Still, stuckAfter } from './still.ts';
import { causeOfHold, whose } from './stills-in-line.ts';

/** A deployment that has its turn. */
export interface InFlight {
  readonly index: number;
  readonly item: ItemRow | undefined;
  readonly turn: TurnRow | undefined;
}

/** The watchers of what is in flight, by name. */
export type Watchers = ReadonlyMap<string, WatcherRow | undefined>;

interface Around {
  readonly watchers: Watchers;
  readonly holds: Turns['holds'];
  readonly now: number;
}

/** What holds up deployments that have their turn. One without an obstacle moves as long as it is watched. */
export const stillsInFlight = (
  sheet: Sheet,
  flights: readonly InFlight[],
  { watchers, holds, now }: Around,
): readonly Still[] =>
  flights.flatMap((flight) => {
    const cause =
      ofHold(sheet, flight, holds) ??
      ofHeld(flight) ??
      ofDispatcher(flight) ??
      ofExecution(flight) ??
      ofWatcher(sheet, flight, watchers, now);
    return cause === undefined ? [] : [{ ...whose(sheet, flight.index), ...cause }];
  });

type Cause = Pick<Still, 'cause' | 'waits_for' | 'since'>;

const ofHeld = ({ item }: InFlight): Cause | undefined => {
  // Steps continue by themselves.
  if (item?.held === undefined || item.held.why === 'steps' || item.outcome !== undefined) return undefined;
  const { since, until, ...held } = item.held;
  const cause = causeOfHeld(held.why);
  const kind = cause === 'cluster' ? 'cluster' : 'executor';
  const waits_for: Waiting = {
    ...{ kind, ...held, since: new Date(since).toISOString(), next: nextOf(item.held) },
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
  return { cause, waits_for, since };
};

/** Its turn came before the hold, and nothing was started under it yet. */
const ofHold = (sheet: Sheet, { index, turn }: InFlight, holds: Turns['holds']): Cause | undefined => {
  if (turn?.state !== 'held') return undefined;
  const hold = holdsOn({ holds }, candidateAt(sheet, index)).find(({ id }) => id === turn.held_by);
  return hold === undefined ? undefined : causeOfHold(hold);
};

/** It has ended, but its dependents were not notified. */
const ofDispatcher = ({ item }: InFlight): Cause | undefined =>
  item?.outcome === undefined
    ? undefined
    : { cause: 'dispatcher', waits_for: 'the next decision', since: item.outcome.ended_at };

const ofExecution = ({ item, turn }: InFlight): Cause | undefined =>
  turn?.state === 'granted' && (item === undefined || item.step === 'turn')
    ? { cause: 'execution', waits_for: 'its execution', since: turn.at }
    : undefined;

/** The watcher that looks at it. Limits and watchers share their names. */
export const watcherOf = ({ classes, class_of }: Sheet, { index, item }: InFlight): string | undefined => {
  const kind = item === undefined ? undefined : kinds[item.step];
  return kind === undefined ? undefined : classes[class_of[index]!]!.find((name) => name.startsWith(kind));
};

const kinds: Readonly<Partial<Record<ItemRow['step'], string>>> = {
  deploy: 'executor:',
  restore: 'executor:',
  verify: 'cluster:',
  'verify-restore': 'cluster:',
};

/** The watcher has promised when to look again. One that has just got new work is given time. */
const ofWatcher = (sheet: Sheet, flight: InFlight, watchers: Watchers, now: number): Cause | undefined => {
  const name = watcherOf(sheet, flight);
  if (name === undefined || !watchers.has(name)) return undefined;
  const since = Math.max(watchers.get(name)?.until ?? 0, flight.item!.updated_at);
  return now - since < stuckAfter ? undefined : { cause: 'watcher', waits_for: `the watcher ${name}`, since };
};
