import { isInFlight, mayStart } from './cells.ts';
import { deriveHeld } from './held.ts';
import { joinLines, leaveLines, offer } from './lines.ts';
import type { Place } from './place.ts';
import { applyLimits, type BatchState, countLimits, type ScheduleState } from './state.ts';

/** Adds a batch to the state and derives the rest: the startable deployments, and the limits that its grants use. */
export const adopt = (state: ScheduleState, batch: BatchState): void => {
  const { sheet, cells, head } = batch;
  state.batches.set(sheet.batch_id, batch);
  joinLines(state, batch);
  if (head.telling.length > 0 || head.closing !== undefined) state.busy.add(sheet.batch_id);
  applyLimits(state, sheet);
  for (let index = 0; index < cells.length; index++) {
    const cell = cells.at(index);
    if (mayStart(cell)) offer(batch, index);
    if (isInFlight(cell)) countLimits(state, batch, index, 1);
  }
};

/** Derives what depends on the holds, once all batches are loaded. */
export const adoptHolds = (state: ScheduleState): void => {
  deriveHeld(state);
  state.unmarked = placesWithLocks(state);
};

/** All deployments that have a lock, held or reserved. Always in the same order, however the state was built. */
export const placesWithLocks = ({ locks }: Pick<ScheduleState, 'locks'>): Place[] => {
  const places = new Map<string, Place>();
  for (const { batch_id, index, state } of locks.values()) {
    if (state !== 'unknown') places.set(`${batch_id}#${index}`, { batch_id, index });
  }
  return [...places.values()].sort((a, b) =>
    a.batch_id < b.batch_id ? -1 : a.batch_id > b.batch_id ? 1 : a.index - b.index,
  );
};

/** Forgets a batch, and the limits that only it knew. */
export const removeBatch = (state: ScheduleState, batch: BatchState): void => {
  leaveLines(state, batch);
  state.batches.delete(batch.sheet.batch_id);
  state.busy.delete(batch.sheet.batch_id);
  state.limits.clear();
  const rest = [...state.batches.values()].sort((a, b) => a.head.order - b.head.order);
  for (const { sheet } of rest) applyLimits(state, sheet);
};
