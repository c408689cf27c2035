import { type Catalogue, entryOf } from '../../domain/catalogue/catalogue.ts';
import { nameOf, namesOfClusters, sameClusters, sureNamesOfClusters } from '../../domain/catalogue/cluster-names.ts';
import type { NotedRights } from '../../domain/catalogue/noted-rights.ts';
import { isKnown, noteReached, type Reached } from '../../domain/catalogue/reached-cluster.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { describeObject } from '../../domain/plan/describe-deployment.ts';
import { type ClusterNames, locksOfObject, type NamesOfClusters } from '../../domain/plan/lock-names.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Cluster, Table } from '../../domain/ports.ts';
import type { ClusterRow } from '../../domain/record/cluster-row.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, type LockRow, rowOf } from '../../domain/record/rows.ts';
import { describeHolder } from '../../domain/schedule/locks.ts';
import { isSamePlace, type Place } from '../../domain/schedule/place.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { everyItem } from './schedule-store.ts';

/** By what clusters are known in locks, as far as they have been reached. No cluster is asked. */
export const readNamesOfClusters = async (
  deps: Pick<Deps, 'table' | 'catalogue'>,
): Promise<ClusterNames & KnownRights> => {
  const [catalogue, rows] = [await deps.catalogue(), await readRows(deps.table)];
  return {
    namesOf: namesOfClusters(catalogue, rows),
    sureNamesOf: sureNamesOfClusters(catalogue, rows),
    sameClusters: sameClusters(catalogue, rows),
    rightsOf: (cluster) => rows.find((row) => row.cluster === cluster)?.rights,
    deployerRightsOf: (cluster) => rows.find((row) => row.cluster === cluster)?.deployer,
  };
};

export interface KnownRights {
  /** What a cluster said that it does not let us do. */
  readonly rightsOf: (cluster: string) => NotedRights | undefined;
  /** The same of whoever deploys there by itself. */
  readonly deployerRightsOf: (cluster: string) => NotedRights | undefined;
}

/** Of the clusters of the configuration: what is missing in their roles, as far as they have been asked. */
export const readRights = async ({
  table,
  catalogue,
}: Pick<Deps, 'table' | 'catalogue'>): Promise<readonly Pick<ClusterRow, 'cluster' | 'rights' | 'deployer'>[]> => {
  const names = Object.keys((await catalogue()).clusters).sort();
  const rows = await Promise.all(names.map((name) => table.get(keys.cluster(name))));
  return rows.flatMap((item) => {
    const row = rowOf<ClusterRow>(item);
    return row === undefined ? [] : [row];
  });
};

const readRows = async (table: Table): Promise<readonly ClusterRow[]> => {
  const rows: ClusterRow[] = [];
  for await (const item of everyItem(table, { pk: keys.cluster('').pk })) rows.push(rowOf<ClusterRow>(item)!);
  return rows;
};

type Noting = Pick<Deps, 'table' | 'clock' | 'random' | 'catalogue'>;

interface Noted {
  readonly namesOf: NamesOfClusters;
  /** What it said before that it does not let us do. */
  readonly rights?: NotedRights;
}

/**
 * Keeps which cluster a name leads to, when it is reached for the first time, in another way than before, or again after it could
 * not say who it is; then reads by what it is known. Of two that do so at once, for two names of one cluster, at least one
 * finds the other's row. Throws ClusterUnavailable when the cluster does not answer: then nobody knows who else works there.
 */
export const noteCluster = async (deps: Noting, name: string, cluster: Cluster): Promise<Noted> => {
  const catalogue = await deps.catalogue();
  const own = nameOf(catalogue, name);
  const reached: Reached = { cluster: name, name: own, fingerprint: `${own} ${cluster.address}` };
  return retryConflict(deps, async () => {
    const rows = await readRows(deps.table);
    const before = rows.find((row) => row.cluster === name);
    if (before !== undefined && isKnown(before, reached, deps.clock.now())) return notedIn(catalogue, rows, name);
    const said = await cluster.identify();
    const isSimulated = entryOf(catalogue.clusters, name)?.simulated === true;
    // A simulated cluster has another port after each start, and its old one may be another's by then.
    const identities = isSimulated ? said.filter((one) => one !== cluster.address) : said;
    const row = noteReached(before, reached, { identities, at: deps.clock.now() });
    const when =
      before === undefined ? { exists: false } : { equals: { fingerprint: before.fingerprint, at: before.at } };
    try {
      await deps.table.transact([{ put: itemOf(keys.cluster(name), row), when }]);
    } catch (error) {
      // Another deployment was faster, and has written the same.
      if (!isFlotillaError(error, 'ConditionFailed')) throw error;
    }
    return notedIn(catalogue, await readRows(deps.table), name);
  });
};

const notedIn = (catalogue: Catalogue, rows: readonly ClusterRow[], name: string): Noted => {
  const rights = rows.find(({ cluster }) => cluster === name)?.rights;
  return { namesOf: namesOfClusters(catalogue, rows), ...(rights === undefined ? {} : { rights }) };
};

/**
 * Since the plan, its cluster may have turned out to have another name too, under which somebody works on the same object:
 * then neither knew of the other when their locks were given. Everybody has all of its own locks before it reads those of
 * others, so of two at least the later one hears of the other. Throws ObjectBusy.
 */
export const checkAlone = async (
  { table }: Pick<Deps, 'table'>,
  deployment: PlannedDeployment,
  { place, namesOf }: { readonly place: Place; readonly namesOf: NamesOfClusters },
): Promise<void> => {
  const locks = locksOfObject(deployment.workload, namesOf(deployment.cluster)).map(async (name) =>
    rowOf<LockRow>(await table.get(keys.lock(name))),
  );
  for (const lock of await Promise.all(locks)) {
    if (lock === undefined || lock.state === 'reserved' || isSamePlace(lock, place)) continue;
    throw new FlotillaError('ObjectBusy', busy(lock, deployment), { batch_id: lock.batch_id, key: lock.key });
  }
};

const busy = (lock: LockRow, deployment: PlannedDeployment): string => {
  const [holder, object] = [describeHolder(lock), describeObject(deployment)];
  return lock.state === 'unknown'
    ? `what ${holder} did to ${object}, under another name of that cluster, is UNKNOWN; resolve it first, then deploy this again`
    : `${holder} works on ${object}, under another name of that cluster, which was not known when this was planned; deploy this again`;
};
