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

/** The names of clusters in locks, as far as they have been reached. Asks no cluster. */
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
  /** The rights that a cluster said it does not grant us. */
  readonly rightsOf: (cluster: string) => NotedRights | undefined;
  /** The same for the deployer's rights there. */
  readonly deployerRightsOf: (cluster: string) => NotedRights | undefined;
}

/** For the configured clusters: the rights missing from their roles, as far as they were asked. */
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
  /** The rights that it said earlier it does not grant us. */
  readonly rights?: NotedRights;
}

/**
 * Records which cluster a name leads to: when it is first reached, when it is reached in another way, or again after it
 * could not identify itself. Then reads its names. If two processes do so at once for two names of one cluster, at
 * least one finds the other's row. Throws ClusterUnavailable if the cluster does not answer, because then nobody knows
 * who else works there.
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
    // A simulated cluster gets another port at each start, and its old one may belong to another by then.
    const identities = isSimulated ? said.filter((one) => one !== cluster.address) : said;
    const row = noteReached(before, reached, { identities, at: deps.clock.now() });
    const when =
      before === undefined ? { exists: false } : { equals: { fingerprint: before.fingerprint, at: before.at } };
    try {
      await deps.table.transact([{ put: itemOf(keys.cluster(name), row), when }]);
    } catch (error) {
      // Another deployment was faster, and wrote the same.
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
 * Since the plan, the cluster may have turned out to have a second name, under which somebody works on the same object.
 * Then neither knew of the other when they got their locks. Everybody has all of its own locks before it reads others',
 * so at least the later one notices. Throws ObjectBusy.
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
    ? `what ${holder} did to ${object}, under another name of that cluster, is UNKNOWN. Resolve it first, then deploy this again`
    : `${holder} works on ${object}, under another name of that cluster that was not known when this was planned. Deploy this again`;
};
