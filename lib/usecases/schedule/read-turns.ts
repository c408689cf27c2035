import type { Sheet } from '../../domain/schedule/sheet.ts';
import { type Turns, turnsOf } from '../../domain/schedule/waiting.ts';
import type { Deps } from '../deps.ts';
import { readHeads, readHolds, readKeptSheet, readLocks, type StoredHead } from './schedule-store.ts';

/** Who has turns and who wants them, in all batches. */
export interface AllTurns {
  readonly turns: Turns;
  /** In planning order. */
  readonly batches: readonly { readonly head: StoredHead; readonly sheet: Sheet }[];
  /** There are more batches than were read, so all counts are minimums. */
  readonly isPart: boolean;
}

/** Sheets of large batches are documents of some megabytes. Those of small ones are in their heads. */
const mostDocuments = 50;
const mostBatches = 5_000;

/** Four queries for small rows. The result is not from a single moment. */
export const readTurns = async (deps: Pick<Deps, 'table' | 'documents'>): Promise<AllTurns> => {
  const [heads, locks, holds] = await Promise.all([
    readHeads(deps.table),
    readLocks(deps.table),
    readHolds(deps.table),
  ]);
  const large = new Set(heads.filter(({ sheet }) => sheet === undefined).slice(0, mostDocuments));
  const chosen = heads.slice(0, mostBatches).filter((head) => head.sheet !== undefined || large.has(head));
  const batches = await Promise.all(
    chosen.map(async (head) => ({ head, sheet: head.sheet ?? (await readKeptSheet(deps, head.batch_id)) })),
  );
  const turns = turnsOf(
    locks,
    batches.map(({ sheet }) => sheet),
    holds,
  );
  return { turns, batches, isPart: chosen.length < heads.length };
};

/**
 * How many deployments of a class (`cluster:eu-1`) are in flight, and how many may be. The limit is from the batch
 * planned last, or from the configuration if there is none. Without a limit, all may be.
 */
export const roomOf = (
  { used, limits }: Turns,
  name: string,
  configured: number | undefined,
): { readonly in_flight: number; readonly limit?: number } => {
  const limit = limits.get(name) ?? configured;
  return { in_flight: used.get(name) ?? 0, ...(limit === undefined ? {} : { limit }) };
};
