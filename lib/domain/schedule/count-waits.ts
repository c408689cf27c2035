import type { Place } from '../grants/grant.ts';
import { type Cells, isInFlight, isPending, mayStart } from './cells.ts';
import { placeOf } from './sheet.ts';
import { type Turns, type Waiting, type WaitingBatch, waitingFor } from './waiting.ts';

/** What keeps deployments from their turns. `turn`: nothing, they are next. */
export const waitKinds = ['hold', 'stop', 'lock', 'limit', 'dependency', 'turn'] as const;
export type WaitKind = (typeof waitKinds)[number];

export interface WaitCounts {
  readonly in_flight: number;
  readonly waiting: number;
  /** By the first obstacle. */
  readonly waits: Readonly<Partial<Record<WaitKind, number>>>;
}

/** Counts a batch's visible deployments by what they wait for. */
export const countWaits = (turns: Turns, batch: WaitingBatch, sees: (place: Place) => boolean): WaitCounts => {
  const { sheet, cells } = batch;
  const seenOfClass = sheet.classes.map((_, of) => {
    const index = sheet.class_of.indexOf(of);
    return index >= 0 && sees(placeOf(sheet, index));
  });
  const waits: Partial<Record<WaitKind, number>> = {};
  let inFlight = 0;
  let waiting = 0;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells.at(index);
    if (!seenOfClass[sheet.class_of[index]!]) continue;
    if (isInFlight(cell)) inFlight += 1;
    if (!isPending(cell)) continue;
    waiting += 1;
    const kind = kindOf(turns, batch, index);
    waits[kind] = (waits[kind] ?? 0) + 1;
  }
  return { in_flight: inFlight, waiting, waits };
};

/** A cell counts its dependencies, so they need no lookup. */
const kindOf = (turns: Turns, batch: WaitingBatch & { readonly cells: Cells }, index: number): WaitKind => {
  if (batch.head.closing === undefined && !mayStart(batch.cells.at(index))) return 'dependency';
  const found = new Set<Waiting['kind']>(waitingFor(turns, batch, { index, dependencies: [] }).map(({ kind }) => kind));
  return waitKinds.find((kind) => found.has(kind as Waiting['kind'])) ?? 'turn';
};
