import type { HoldRow } from '../holds/hold.ts';
import { isInFlight, isPending } from './cells.ts';
import { type Draft, visits } from './decisions.ts';
import { holdOnTurn } from './held.ts';
import { offer } from './lines.ts';
import type { Place } from './place.ts';
import type { BatchState } from './state.ts';
import { freeLocks } from './take-locks.ts';

/** Rows that a mark writes: turn, page, head. */
const rowsOfMark = 3;

/**
 * After holds changed: marks turns under which nothing may start now, so that deployments that have not started give
 * them back. Removes marks whose hold is over. A deployment that has started is not disturbed. A held one keeps no
 * reservations, because others would wait for days. Works in portions; true once all are compared.
 */
export const markTurns = (draft: Draft): boolean => {
  const { state } = draft;
  for (let left = visits; ; left -= 1) {
    const place = state.unmarked.at(-1);
    if (place === undefined) return true;
    if (left === 0 || !draft.hasRoomFor(rowsOfMark + state.locks.of(place).length)) return false;
    state.unmarked.pop();
    const batch = state.batches.get(place.batch_id);
    if (batch !== undefined) compare(draft, batch, place);
  }
};

const compare = (draft: Draft, batch: BatchState, place: Place): void => {
  const cell = batch.cells.at(place.index);
  const hold = holdOnTurn(draft.state, batch, place.index);
  if (isPending(cell) && hold !== undefined) letGo(draft, batch, place);
  if (isInFlight(cell)) mark(draft, batch, place, hold);
};

/** It asks for them again when it is no longer held. */
const letGo = (draft: Draft, batch: BatchState, place: Place): void => {
  if (draft.state.locks.of(place).length === 0) return;
  freeLocks(draft, place);
  offer(batch, place.index);
};

/** A withdrawn turn stays withdrawn. */
const mark = (draft: Draft, batch: BatchState, place: Place, hold: HoldRow | undefined): void => {
  const why = batch.head.closing?.why;
  const wanted = hold === undefined ? 'G' : 'H';
  if (why === 'cancelled' || why === 'finished' || batch.cells.at(place.index) === wanted) return;
  draft.setCell(batch, place.index, wanted);
  draft.spend(1);
  draft.marks.push({ ...place, ...(hold === undefined ? {} : { held_by: hold.id }) });
};
