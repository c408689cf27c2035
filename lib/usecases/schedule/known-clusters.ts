import { nameOf, namesOfClusters } from '../../domain/catalogue/cluster-names.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { describeObject } from '../../domain/plan/describe-deployment.ts';
import { locksOfObject, mostLocks, type NamesOfClusters } from '../../domain/plan/lock-names.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Cluster, Table } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ClusterRow, itemOf, type LockRow, rowOf } from '../../domain/record/rows.ts';
import { describeHolder } from '../../domain/schedule/locks.ts';
import { isSamePlace, type Place } from '../../domain/schedule/place.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { everyItem } from './schedule-store.ts';

/** By what clusters are known in locks, as far as they have been reached. No cluster is asked. */
export const readNamesOfClusters = async (deps: Pick<Deps, 'table' | 'catalogue'>): Promise<NamesOfClusters> =>
  namesOfClusters(await deps.catalogue(), await readRows(deps.table));

const readRows = async (table: Table): Promise<readonly ClusterRow[]> => {
  const rows: ClusterRow[] = [];
  for await (const item of everyItem(table, { pk: keys.cluster('').pk })) rows.push(rowOf<ClusterRow>(item)!);
  return rows;
};

type Noting = Pick<Deps, 'table' | 'clock' | 'random' | 'catalogue'>;

/**
 * Keeps which cluster a name leads to, when it is reached for the first time or in another way than before; then reads by what
 * it is known. Of two that do so at once, for two names of one cluster, at least one finds the other's row.
 */
export const noteCluster = async (deps: Noting, name: string, cluster: Cluster): Promise<NamesOfClusters> => {
  const catalogue = await deps.catalogue();
  const own = nameOf(catalogue, name);
  const fingerprint = `${own} ${cluster.address}`;
  return retryConflict(deps, async () => {
    const rows = await readRows(deps.table);
    const before = rows.find((row) => row.cluster === name);
    const identities = before?.fingerprint === fingerprint ? undefined : await identitiesOf(cluster);
    if (identities === undefined) return namesOfClusters(catalogue, rows);
    const names = [own, ...namesToKeep(before, identities).filter((one) => one !== own)].slice(0, mostLocks - 1);
    const row: ClusterRow = { cluster: name, fingerprint, identities, names, at: deps.clock.now() };
    const when = before === undefined ? { exists: false } : { equals: { fingerprint: before.fingerprint } };
    try {
      await deps.table.transact([{ put: itemOf(keys.cluster(name), row), when }]);
    } catch (error) {
      // Another deployment was faster, and has written the same.
      if (!isFlotillaError(error, 'ConditionFailed')) throw error;
    }
    return namesOfClusters(catalogue, await readRows(deps.table));
  });
};

/** By these it may still be locked, if it is the same cluster. */
const namesToKeep = (before: ClusterRow | undefined, identities: readonly string[]): readonly string[] =>
  before?.identities.some((one) => identities.includes(one)) ? before.names : [];

/** One that does not answer now is asked again by the next deployment. */
const identitiesOf = async (cluster: Cluster): Promise<readonly string[] | undefined> => {
  try {
    return await cluster.identify();
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable')) return undefined;
    throw error;
  }
};

/**
 * Since the plan, its cluster may have turned out to have another name too, under which somebody works on the same object:
 * then neither knew of the other when their locks were given. Throws ObjectBusy.
 */
export const checkAlone = async (
  { table }: Pick<Deps, 'table'>,
  deployment: PlannedDeployment,
  { place, namesOf }: { readonly place: Place; readonly namesOf: NamesOfClusters },
): Promise<void> => {
  const names = namesOf(deployment.cluster);
  if (names.length === 1) return;
  const locks = locksOfObject(deployment.workload, names).map(async (name) =>
    rowOf<LockRow>(await table.get(keys.lock(name))),
  );
  for (const lock of await Promise.all(locks)) {
    if (lock === undefined || lock.state === 'reserved' || isSamePlace(lock, place)) continue;
    const message = `${describeHolder(lock)} has ${describeObject(deployment)} under another name of that cluster, which was not known when this was planned; deploy it again`;
    throw new FlotillaError('ObjectBusy', message, { batch_id: lock.batch_id, key: lock.key });
  }
};
