import { keys } from '../../domain/record/keys.ts';
import { rowOf, type TurnRow } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { readHolds } from '../schedule/schedule-store.ts';
import { updateWatch } from '../wait/update-watch.ts';
import { isHeld } from './standing.ts';
import { placeOf } from './watched-row.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random'>;

/**
 * An account's rows without queued starts that are held. The limit for queueing excludes time in a hold. Without a hold
 * this is one small query, and only while something is queued.
 */
export const withoutHeld = async (deps: Needs, rows: readonly RunWatchRow[]): Promise<readonly RunWatchRow[]> => {
  const queued = rows.filter(({ phase }) => phase === 'queued');
  if (queued.length === 0) return rows;
  const { size } = await readHolds(deps.table);
  const asked = size > 0 ? queued : queued.filter(({ on_hold_since }) => on_hold_since !== undefined);
  const moved = new Map(await Promise.all(asked.map(async (row) => [row.key, await move(deps, row)] as const)));
  return rows.flatMap((row) => (moved.has(row.key) ? (moved.get(row.key) ?? []) : row));
};

/** Undefined while it is held, or if somebody else has moved it on. */
const move = async (deps: Needs, row: RunWatchRow): Promise<RunWatchRow | undefined> => {
  const { on_hold_since: since, ...rest } = row;
  const place = placeOf(row);
  const turn = rowOf<TurnRow>(await deps.table.get(keys.turn(row.batch_id, row.index)));
  const now = deps.clock.now();
  const when = { equals: { phase: 'queued', ...(row.asked === undefined ? {} : { asked: row.asked }) } } as const;
  if (isHeld(place, turn)) {
    if (since === undefined) await updateWatch(deps, place, { set: { on_hold_since: now }, when });
    return undefined;
  }
  if (since === undefined) return row;
  const later = { deadline: row.deadline + now - since, queued_at: (row.queued_at ?? row.at) + now - since };
  const isMoved = await updateWatch(deps, place, { set: later, remove: ['on_hold_since'], when });
  return isMoved ? { ...rest, ...later } : undefined;
};
