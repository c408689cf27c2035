import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import type { Deps, WaitingRoom } from '../deps.ts';
import { type Places, takePlace } from '../take-place.ts';

/** How many requests of one subject may wait at once, for example of a program with many pipelines. */
export const mostWaiting = 20;

/** How far a call may overrun its time before its place becomes free by itself. */
const grace = 5_000;

/** Counts in the table, because each call may have its own process. */
export const tableWaitingRoom = (deps: Pick<Deps, 'table' | 'clock' | 'random' | 'ids'>): WaitingRoom => ({
  enter: async (subject, until) => {
    const { pk, sk: prefix } = keys.waiter(subject, '');
    const places: Places = { pk, prefix, most: mostWaiting };
    const holder = deps.ids.next();
    const ends_at = until + grace;
    let taken = 0;
    const wait = await takePlace(deps, places, async (place, when) => {
      taken = place;
      const row = { holder, ends_at, expires_at: Math.ceil(ends_at / 1000) };
      return { put: itemOf(keys.waiter(subject, place), row), when };
    });
    if (wait !== undefined) return undefined;
    return () => deps.table.transact([{ delete: keys.waiter(subject, taken), when: { equals: { holder } } }]);
  },
});

/** Counts in this process, which has all calls. */
export const ownWaitingRoom = (): WaitingRoom => {
  const waiting = new Map<string, number>();
  const count = (subject: string, by: number): void => {
    const sum = (waiting.get(subject) ?? 0) + by;
    if (sum === 0) waiting.delete(subject);
    else waiting.set(subject, sum);
  };
  return {
    enter: async (subject) => {
      if ((waiting.get(subject) ?? 0) >= mostWaiting) return undefined;
      count(subject, 1);
      return async () => count(subject, -1);
    },
  };
};
