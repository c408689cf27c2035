import type { Sheet } from '../../domain/schedule/sheet.ts';
import { type Turns, turnsOf } from '../../domain/schedule/waiting.ts';
import type { Deps } from '../deps.ts';
import { readHeads, readHolds, readKeptSheet, readLocks, type StoredHead } from './schedule-store.ts';

/** Who has turns and who wants them, in all batches. */
export interface AllTurns {
  readonly turns: Turns;
  /** In the order in which they were planned. */
  readonly batches: readonly { readonly head: StoredHead; readonly sheet: Sheet }[];
  /** There are more batches than are looked at: what is counted is at least so many. */
  readonly isPart: boolean;
}

/** Sheets of large batches are documents of some megabytes; those of small ones stand in their heads. */
const mostDocuments = 50;
const mostBatches = 5_000;

/** Four queries for small rows. What is read is not of one moment. */
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
 * How many are in flight of a class (`cluster:eu-1`), and how many may be: as the batch says that was planned last; before there is one,
 * as the configuration does. Without a limit, as many as there are.
 */
export const roomOf = (
  { used, limits }: Turns,
  name: string,
  configured: number | undefined,
): { readonly in_flight: number; readonly limit?: number } => {
  const limit = limits.get(name) ?? configured;
  return { in_flight: used.get(name) ?? 0, ...(limit === undefined ? {} : { limit }) };
};
