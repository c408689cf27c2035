import { isInForce } from '../holds/covers.ts';
import type { Place as Deployment } from '../schedule/place.ts';
import { locksOf, placeOf, type Sheet } from '../schedule/sheet.ts';
import { type Turns, type Waiting, type WaitingBatch, waitingFor } from '../schedule/waiting.ts';
import type { Still } from './still.ts';

/** What is known about those without a turn. */
export interface InLine {
  readonly batch: WaitingBatch;
  readonly turns: Turns;
  /** Of batches with something in flight. */
  readonly sheets: readonly Sheet[];
  /** There are too many of these, so one that seems unobstructed may not be. */
  readonly isPart: boolean;
  /** When the batch, or one of its deployments, last changed. */
  readonly changedAt: number;
}

/**
 * Deployments that could have their turn but do not, with what they wait for outside their batch. One that waits for
 * another in its batch, or for room beside it, waits for something that moves or is reported itself.
 */
export const stillsInLine = (known: InLine): readonly Still[] => {
  const { batch, turns } = known;
  if (batch.head.closing !== undefined) return [];
  const inFlight = inFlightByLimit(known);
  const stills: Still[] = [];
  for (let index = 0; index < batch.cells.length; index += 1) {
    const cell = batch.cells.at(index);
    if (typeof cell !== 'number') continue;
    for (const one of waitingFor(turns, batch, { index, dependencies: [] })) {
      stills.push(...ofHold(known, index, one), ...ofUnknown(known, index, one));
      // Behind others, this may change often.
      if (cell === 0) stills.push(...ofLock(known, index, one), ...ofLimit(known, index, { one, inFlight }));
    }
    if (cell === 0) stills.push(...ofNothing(known, index));
  }
  return stills;
};

/** Reported even behind others, because it will matter in the end. */
const ofHold = ({ batch }: InLine, index: number, one: Waiting): readonly Still[] =>
  one.kind !== 'hold' ? [] : [{ ...whose(batch.sheet, index), ...causeOfHold(one) }];

export const causeOfHold = (one: Extract<Waiting, { readonly kind: 'hold' }>) => ({
  cause: one.circuit === undefined ? ('hold' as const) : ('circuit' as const),
  waits_for: one,
  since: Date.parse(one.since),
});

/** Nothing is in its way: it should already have its turn. While a circuit is tried, only one at a time has. */
const ofNothing = ({ batch, turns, changedAt, isPart }: InLine, index: number): readonly Still[] =>
  isPart ||
  [...turns.holds.values()].some((hold) => !isInForce(hold)) ||
  waitingFor(turns, batch, { index, dependencies: [] }).length > 0
    ? []
    : [{ ...whose(batch.sheet, index), cause: 'dispatcher', waits_for: 'the next decision', since: changedAt }];

export const whose = (sheet: Sheet, index: number): Pick<Still, 'index' | 'key' | 'place'> => ({
  index,
  key: sheet.keys[index]!,
  place: placeOf(sheet, index),
});

/** Reported even behind others: they are skipped when their turn comes, unless somebody prevents it. */
const ofUnknown = ({ batch, turns }: InLine, index: number, one: Waiting): readonly Still[] =>
  one.kind !== 'lock' || one.status !== 'UNKNOWN' || one.batch_id === batch.sheet.batch_id
    ? []
    : [
        {
          ...whose(batch.sheet, index),
          cause: 'unknown-elsewhere',
          waits_for: one,
          holders: holdersOf(turns, batch, index),
        },
      ];

const ofLock = ({ batch, turns, changedAt }: InLine, index: number, one: Waiting): readonly Still[] => {
  if (one.kind !== 'lock' || one.status === 'UNKNOWN' || one.batch_id === batch.sheet.batch_id) return [];
  const since = one.status === 'PENDING' ? { since: changedAt } : { holders: holdersOf(turns, batch, index) };
  return [{ ...whose(batch.sheet, index), cause: 'lock', waits_for: one, ...since }];
};

const holdersOf = ({ locks }: Turns, { sheet }: WaitingBatch, index: number): readonly Deployment[] =>
  locksOf(sheet, index).flatMap((name) => locks.takenFrom({ batch_id: sheet.batch_id, index }, name) ?? []);

interface Limited {
  readonly one: Waiting;
  readonly inFlight: ReadonlyMap<string, readonly Deployment[]>;
}

/** While one of its own is in flight there, the batch moves at that pace. */
const ofLimit = ({ batch }: InLine, index: number, { one, inFlight }: Limited): readonly Still[] => {
  if (one.kind !== 'limit' || one.name === 'batch') return [];
  const holders = inFlight.get(one.name) ?? [];
  if (holders.some(({ batch_id }) => batch_id === batch.sheet.batch_id)) return [];
  return [{ ...whose(batch.sheet, index), cause: 'limit', waits_for: one, holders }];
};

/** Everything in flight has a lock. Grouped by the limits that it counts against. */
const inFlightByLimit = ({ turns, sheets }: InLine): ReadonlyMap<string, readonly Deployment[]> => {
  const byBatch = new Map(sheets.map((sheet) => [sheet.batch_id, sheet]));
  const found = new Map<string, Map<string, Deployment>>();
  for (const { batch_id, index, state } of turns.locks.values()) {
    const sheet = byBatch.get(batch_id);
    if (state !== 'held' || sheet === undefined) continue;
    for (const limit of sheet.classes[sheet.class_of[index]!]!) {
      const some = found.get(limit) ?? new Map<string, Deployment>();
      found.set(limit, some.set(`${batch_id}#${index}`, { batch_id, index }));
    }
  }
  return new Map([...found].map(([limit, some]) => [limit, [...some.values()]]));
};
