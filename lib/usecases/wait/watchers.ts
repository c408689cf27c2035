import { createHash } from 'node:crypto';
import { isFlotillaError } from '../../domain/errors.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { WatcherRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { everyItem } from '../schedule/schedule-store.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'pace'>;

/** Milliseconds. A watcher that was just requested must start within this time, or the sweeper requests it again. */
const startGrace = 60_000;

/** Each row contains its whole deployment. */
const mostRead = 500;

const kindOf = (watcher: string): string => watcher.slice(0, watcher.indexOf(':'));

/** An execution name may have letters, digits, `-` and `_`, at most 80 characters. The generation takes the rest. */
const plainName = /^[A-Za-z0-9_-]{1,68}$/;

/** Clusters `eu.west` and `eu-west` differ, and so do long names that differ only at the end. Such names use a hash. */
const executionName = (watcher: string, generation: number): string => {
  const name = watcher.replaceAll(':', '-');
  const hashed = createHash('sha256').update(watcher).digest('hex').slice(0, 16);
  const short = `${name.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 51)}-${hashed}`;
  return `${plainName.test(name) ? name : short}-${generation}`;
};

export const readWatcher = async ({ table }: Pick<Deps, 'table'>, watcher: string): Promise<WatcherRow | undefined> =>
  rowOf<WatcherRow>(await table.get(keys.watcher(watcher)));

/** The names of all watchers there ever were, or of one kind (`executor:`). */
export async function* everyWatcher({ table }: Pick<Deps, 'table'>, kind?: string): AsyncGenerator<string> {
  for await (const item of everyItem(table, {
    pk: keys.watcher('').pk,
    ...(kind === undefined ? {} : { prefix: kind }),
  })) {
    yield rowOf<WatcherRow>(item)!.watcher;
  }
}

/** Whether a watcher has anything to watch. */
export const isBusy = async ({ table }: Pick<Deps, 'table'>, watcher: string): Promise<boolean> =>
  (await table.query({ pk: watchedBy(watcher), limit: 1 })).items.length > 0;

/** Everything that a watcher watches. */
export const readWatched = async <Row>({ table }: Pick<Deps, 'table'>, watcher: string): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for await (const item of everyItem(table, { pk: watchedBy(watcher) })) rows.push(rowOf<Row>(item)!);
  return rows;
};

/** As much of what a watcher watches as one request reads, for frequent callers, and whether there is more. */
export const readSomeWatched = async <Row>(
  { table }: Pick<Deps, 'table'>,
  watcher: string,
): Promise<{ readonly rows: readonly Row[]; readonly hasMore: boolean }> => {
  const { items, next } = await table.query({ pk: watchedBy(watcher), limit: mostRead });
  return { rows: items.map((item) => rowOf<Row>(item)!), hasMore: next !== undefined };
};

const watchedBy = (watcher: string): string => `WATCH#${watcher}`;

/**
 * Makes sure that somebody watches: from the next generation on, the functions of `place`, or those in none. Call it
 * after writing what is to be watched. A leaving watcher clears its lease first and then looks again, so one of the two
 * sees the other.
 */
export const ensureWatcher = async (
  deps: Needs & Pick<Deps, 'random'>,
  watcher: string,
  place?: string,
): Promise<void> => {
  try {
    // A batch's first deployments call this at the same moment, and DynamoDB refuses all transactions on the row but
    // one.
    await retryConflict(deps, async () => {
      const row = await readWatcher(deps, watcher);
      if (row === undefined || row.until <= deps.clock.now())
        await startNext(deps, { watcher, moved: { to: place } }, row);
    });
  } catch (error) {
    // The caller has done its part; the sweeper tries again. If the name is taken, because the table was restored to an
    // earlier day, the sweeper moves on to the next generation.
    if (!isFlotillaError(error, 'WorkflowUnavailable') && !isFlotillaError(error, 'ExecutionExists')) throw error;
  }
};

/** A watcher, and the place whose functions it calls from its next generation on. Without `moved`, as before. */
type Placed = Pick<WatcherRow, 'watcher'> & { readonly moved?: { readonly to: string | undefined } };

/** Starts the next generation, unless somebody else just did. The running one notices and leaves. */
export const startGeneration = async (
  deps: Needs,
  { watcher, moved }: Placed,
  row: WatcherRow | undefined,
): Promise<void> => {
  const generation = (row?.generation ?? 0) + 1;
  const place = moved === undefined ? row?.place : moved.to;
  const next: WatcherRow = {
    ...{ watcher, generation, until: deps.clock.now() + startGrace },
    ...(place === undefined ? {} : { place }),
  };
  const when = row === undefined ? { exists: false } : { equals: { generation: row.generation } };
  try {
    await deps.table.transact([{ put: itemOf(keys.watcher(watcher), next), when }]);
  } catch (error) {
    if (isFlotillaError(error, 'ConditionFailed')) return;
    throw error;
  }
  await startExecution(deps, next);
};

const startExecution = async (
  { workflow }: Needs,
  { watcher, generation, place }: Omit<WatcherRow, 'until'>,
): Promise<void> => {
  const input = { kind: kindOf(watcher), watcher, generation, ...(place === undefined ? {} : { place }) };
  await workflow.start('watch', executionName(watcher, generation), input);
};

/**
 * For the sweeper, which does not rely on leases: a process may have died after announcing a generation, or a
 * generation before taking its lease.
 */
export const reviveWatcher = async (deps: Needs, watcher: string): Promise<void> =>
  startNext(deps, { watcher }, await readWatcher(deps, watcher));

/**
 * Starting the same generation again finds it if it runs, starts it if it never did, and fails if it is over. Only then
 * comes the next one. So a watcher whose function is broken for hours is not started twice every minute. A watcher that
 * has cleared its lease is leaving, and is not waited for.
 */
const startNext = async (deps: Needs, placed: Placed, row: WatcherRow | undefined): Promise<void> => {
  if (row !== undefined && row.until > 0) {
    try {
      return await startExecution(deps, row);
    } catch (error) {
      if (!isFlotillaError(error, 'ExecutionExists')) throw error;
    }
  }
  await startGeneration(deps, placed, row);
};

/** Extends this generation's lease. Returns false if another generation has taken over. */
export const renewWatcher = async (
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  { watcher, generation, until }: WatcherRow,
): Promise<boolean> => {
  try {
    await table.transact([
      { update: keys.watcher(watcher), set: { until, at: clock.now() }, when: { equals: { generation } } },
    ]);
    return true;
  } catch (error) {
    if (isFlotillaError(error, 'ConditionFailed')) return false;
    throw error;
  }
};
