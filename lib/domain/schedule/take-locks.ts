import type { Draft } from './decisions.ts';
import { offer } from './lines.ts';
import type { Lock } from './locks.ts';
import { isSamePlace, type Place } from './place.ts';
import { locksOf } from './sheet.ts';
import type { BatchState } from './state.ts';

export type Taking =
  | { readonly kind: 'free' }
  | { readonly kind: 'waits' }
  /** Held by one other, UNKNOWN deployment; `names` are all of these locks that it has. */
  | { readonly kind: 'unknown'; readonly lock: Lock; readonly names: readonly string[] };

/**
 * Whether a deployment can have all of its locks at once. If not, those before the first taken one are reserved for it,
 * so that deployments that need fewer cannot overtake it forever. Locks are reserved in name order, and a deployment
 * with reservations waits for a lock with a greater name. So no two wait for each other.
 */
export const tryLocks = (draft: Draft, batch: BatchState, index: number): Taking => {
  const { locks } = draft.state;
  const place = { batch_id: batch.sheet.batch_id, index };
  const names = locksOf(batch.sheet, index);
  const unknown = names.filter((name) => locks.takenFrom(place, name)?.state === 'unknown');
  if (unknown.length > 0) {
    const lock = locks.get(unknown[0]!)!;
    return { kind: 'unknown', lock, names: unknown.filter((name) => isSamePlace(locks.get(name)!, lock)) };
  }
  const blocked = names.findIndex((name) => locks.takenFrom(place, name) !== undefined);
  if (blocked === -1) return { kind: 'free' };
  for (const name of names.slice(0, blocked)) {
    if (locks.get(name) !== undefined) continue;
    draft.setLock(name, { ...place, key: batch.sheet.keys[index]!, state: 'reserved' });
  }
  locks.wait(place, names.slice(blocked));
  return { kind: 'waits' };
};

/** Releases all locks that a deployment has, held or reserved. */
export const freeLocks = (draft: Draft, place: Place): void => {
  for (const name of draft.state.locks.of(place)) {
    draft.setLock(name, undefined);
    offerWaiting(draft, name);
  }
};

/** Its run may still be doing something: it keeps all of its locks, and deployments that wait for one are notified. */
export const keepUnknown = (draft: Draft, place: Place): void => {
  const { locks } = draft.state;
  for (const name of locks.of(place)) {
    draft.setLock(name, { ...locks.get(name)!, state: 'unknown' });
    offerWaiting(draft, name);
  }
};

/** A deployment that waits for several may be offered for one, and then waits again. */
export const offerWaiting = (draft: Draft, name: string): void => {
  for (const { batch_id, index } of draft.state.locks.wake(name)) {
    const batch = draft.state.batches.get(batch_id);
    if (batch === undefined) continue;
    offer(batch, index);
  }
};
