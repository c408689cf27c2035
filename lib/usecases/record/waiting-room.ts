import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import type { Deps, WaitingRoom } from '../deps.ts';
import { type Places, takePlace } from '../take-place.ts';

/** So many may wait at once for one subject, a program with many pipelines for example. */
export const mostWaiting = 20;

/** What a call may take beyond its time, until its place is free without it. */
const grace = 5_000;

/** Counted in the table, because each call may have a process of its own. */
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

/** Counted in this process, where all calls are. */
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
