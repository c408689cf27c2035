import type { Totals } from '../../domain/deployment/batch-status.ts';
import { partsOf } from '../../domain/parts-of.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, isSealed, rowOf, type TurnRow } from '../../domain/record/rows.ts';
import { isInFlight } from '../../domain/schedule/cells.ts';
import { placeOf } from '../../domain/schedule/sheet.ts';
import { turnsOf, type WaitingBatch } from '../../domain/schedule/waiting.ts';
import { groupStills, isStuck, type Still, type StillGroup } from '../../domain/stuck/still.ts';
import { type InFlight, stillsInFlight, watcherOf } from '../../domain/stuck/stills-in-flight.ts';
import { stillsInLine } from '../../domain/stuck/stills-in-line.ts';
import { inFlightBefore, type Stuck, type StuckAbout, tellStuck } from '../../domain/stuck/stuck.ts';
import { findDeployments } from '../deployment/find-deployments.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { type Sight, sightOf } from '../grants/sight.ts';
import { readCells, readHeads, readHolds, readKeptSheet, readLocks } from '../schedule/schedule-store.ts';
import { readWatcher } from '../wait/watchers.ts';
import { lookForBatch } from './find-batch.ts';
import { readLastChange } from './read-last-change.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

/** What `readBatch` already knows. */
interface Known {
  /** The counts that the caller may see. */
  readonly counts: Totals;
  readonly changedAt: number;
}

/** Nobody reads more groups than this, and a request must not look up more rows. */
const mostGroups = 20;
const mostInFlight = 200;
const mostBatches = 100;
const atOnce = 50;

/**
 * Finds what is stuck in a batch, grouped by what it waits for, with only the root of each chain. Reads the scheduling
 * rows, the rows in flight, some UNKNOWN ones and some that others wait for, but never one per deployment.
 */
export const readStuck = async (deps: Needs, header: HeaderRow, known: Known): Promise<readonly Stuck[]> => {
  const sight = await sightOf(deps, header);
  const stills = [
    ...(await readUnknown(deps, header, { ...known, sight })),
    ...(await readOwn(deps, header)),
    ...(isSealed(header) || header.plan_hash === undefined ? [] : await readScheduled(deps, header, known)),
  ];
  const groups = groupStills(stills.filter(({ index }) => index === undefined || sight.sees(index)));
  const now = deps.clock.now();
  const told = await Promise.all(groups.slice(0, mostGroups).map((group) => withSince(deps, group, known.changedAt)));
  const shown = await sight.shown(told.filter((group) => isStuck(group, now)));
  const about = await readAbout(deps, header);
  return shown.map((group) => tellStuck(group, about));
};

const readAbout = async ({ catalogue }: Needs, { batch_id, submitted_by }: HeaderRow): Promise<StuckAbout> => {
  const { environments } = await catalogue();
  const named = Object.entries(environments ?? {}).flatMap(([name, { second_person }]) =>
    second_person ? [name] : [],
  );
  return { batch_id, submitted_by, secondPerson: new Set(named) };
};

const keysNamed = 5;

/** Reads some of them and counts all. */
const readUnknown = async (
  deps: Needs,
  header: HeaderRow,
  { counts, sight }: Known & { readonly sight: Sight },
): Promise<readonly Still[]> => {
  const count = counts.UNKNOWN ?? 0;
  if (count === 0) return [];
  const search = { from: 0, limit: keysNamed, status: 'UNKNOWN' as const };
  const { found, next } = await findDeployments(deps, header, sight.isWhole ? search : { ...search, sees: sight.sees });
  const sheet = await readKeptSheet(deps, header.batch_id);
  const named = found.map(
    ({ index, row }): Still => ({
      cause: 'unknown',
      index,
      key: sheet.keys[index]!,
      place: placeOf(sheet, index),
      waits_for: 'somebody who says how it ended',
      ...(row?.outcome === undefined ? {} : { since: row.outcome.ended_at }),
    }),
  );
  const last = named.at(-1);
  const rest = next === undefined || last === undefined ? 0 : Math.max(0, count - named.length);
  return [...named, ...Array.from({ length: rest }, () => last!)];
};

/** What the batch as a whole waits for. */
const readOwn = async ({ table }: Needs, header: HeaderRow): Promise<readonly Still[]> => {
  const { plan_hash, ended_at, created_at, rollback_request, rolling_back } = header;
  if (ended_at !== undefined) return [];
  if (plan_hash === undefined) return [{ cause: 'plan', waits_for: 'the plan', since: created_at }];
  if (rolling_back !== undefined) {
    const other = await lookForBatch({ table }, rolling_back);
    const since = other === undefined ? header.updated_at : await readLastChange({ table }, other);
    return [{ cause: 'rollback', waits_for: `its rollback, batch ${rolling_back}`, since }];
  }
  if (rollback_request === undefined) return [];
  return [{ cause: 'rollback', waits_for: inFlightBefore, since: rollback_request.at }];
};

const readScheduled = async (deps: Needs, header: HeaderRow, { changedAt }: Known): Promise<readonly Still[]> => {
  const { table } = deps;
  const { batch_id } = header;
  const [sheet, heads, cells, locks, holds] = await Promise.all([
    readKeptSheet(deps, batch_id),
    readHeads(table),
    readCells(table, batch_id),
    readLocks(table),
    readHolds(table),
  ]);
  const head = heads.find((one) => one.batch_id === batch_id);
  if (head === undefined || cells.length !== sheet.keys.length) {
    return [{ cause: 'dispatcher', waits_for: 'the next decision', since: header.updated_at }];
  }
  const batch: WaitingBatch = { sheet, head, cells };
  const busy = heads.filter((one) => one.inFlight > 0 || one === head);
  const sheets = await Promise.all(busy.slice(-mostBatches).map((one) => readKeptSheet(deps, one.batch_id)));
  const flights = await readFlights(deps, batch);
  const watchers = await readWatchers(deps, batch, flights);
  return [
    ...stillsInFlight(sheet, flights, { watchers, holds, now: deps.clock.now() }),
    ...stillsInLine({
      batch,
      sheets,
      isPart: busy.length > mostBatches,
      turns: turnsOf(locks, sheets, holds),
      changedAt,
    }),
  ];
};

const readFlights = async ({ table }: Needs, { sheet, cells }: WaitingBatch): Promise<readonly InFlight[]> => {
  const granted = sheet.keys.flatMap((_, index) => (isInFlight(cells.at(index)) ? [index] : [])).slice(0, mostInFlight);
  const flights: InFlight[] = [];
  for (const some of partsOf(granted, atOnce)) {
    flights.push(...(await Promise.all(some.map((index) => readFlight({ table }, sheet.batch_id, index)))));
  }
  return flights;
};

const readFlight = async ({ table }: Pick<Deps, 'table'>, batchId: string, index: number): Promise<InFlight> => {
  const item = rowOf<ItemRow>(await table.get(keys.item(batchId, index)));
  // Once a deployment has moved on, its turn tells nothing more.
  const isBefore = item === undefined || item.step === 'turn';
  return { index, item, turn: isBefore ? rowOf<TurnRow>(await table.get(keys.turn(batchId, index))) : undefined };
};

const readWatchers = async (deps: Needs, { sheet }: WaitingBatch, flights: readonly InFlight[]) => {
  const names = [...new Set(flights.flatMap((flight) => watcherOf(sheet, flight) ?? []))];
  return new Map(await Promise.all(names.map(async (name) => [name, await readWatcher(deps, name)] as const)));
};

/**
 * Since when something else has held what the group waits for. For a limit, the newest turn counts, because until then
 * things moved. If nothing is known, the batch's last change counts.
 */
const withSince = async (
  { table }: Needs,
  group: StillGroup,
  changedAt: number,
): Promise<StillGroup & { readonly since: number }> => {
  if (group.since !== undefined) return { ...group, since: group.since };
  const times = await Promise.all(
    group.holders.map(async ({ batch_id, index }) => {
      const isUnknown = group.cause === 'unknown-elsewhere';
      const key = isUnknown ? keys.item(batch_id, index) : keys.turn(batch_id, index);
      const row = rowOf<{ readonly at?: number; readonly outcome?: ItemRow['outcome'] }>(await table.get(key));
      return isUnknown ? row?.outcome?.ended_at : row?.at;
    }),
  );
  const known = times.filter((at) => at !== undefined);
  const pick = group.cause === 'limit' ? Math.max : Math.min;
  return { ...group, since: known.length === 0 ? changedAt : pick(...known) };
};
