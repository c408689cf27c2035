import { entryOf } from '../../domain/catalogue/catalogue.ts';
import { namesSeen } from '../../domain/catalogue/show-catalogue.ts';
import type { ClusterRow } from '../../domain/record/cluster-row.ts';
import { clusterWatcher, keys } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import type { HoldView } from '../holds/hold-view.ts';
import { listHolds } from '../holds/list-holds.ts';
import { isoTime } from '../iso-time.ts';
import { type MissingRights, missingRightsOf } from '../read-health.ts';
import { readTurns, roomOf } from '../schedule/read-turns.ts';
import { readWatching, type WatchingView } from '../wait/read-watching.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

/** A configured cluster: what is known of it, and what Flotilla does there. */
export interface ClusterView extends WatchingView {
  readonly name: string;
  readonly simulated: boolean;
  /** Its certificate is not checked. */
  readonly unverified?: true;
  /** On AWS: the place whose functions ask it. */
  readonly place?: string;
  readonly in_flight: number;
  readonly limit?: number;
  /** When it first gave its identity. Absent before anything was deployed there. */
  readonly identity_known_since?: string;
  /** The rights that it does not grant us. */
  readonly rights?: MissingRights;
  /** Set if it does not answer. Deployments to it wait. */
  readonly circuit?: HoldView;
}

/** The clusters on which the caller may see something. Asks no cluster. */
export const readClusters = async (deps: Needs): Promise<readonly ClusterView[]> => {
  const catalogue = await deps.catalogue();
  const [{ turns }, holds] = await Promise.all([readTurns(deps), listHolds(deps)]);
  return Promise.all(
    namesSeen(catalogue, deps.rights).clusters.map(async (name): Promise<ClusterView> => {
      const { simulated, max_concurrency, unverified, place } = entryOf(catalogue.clusters, name)!;
      const row = rowOf<ClusterRow>(await deps.table.get(keys.cluster(name)));
      const rights = missingRightsOf(name, row?.rights);
      const circuit = holds.find(({ kind, scope }) => kind === 'circuit' && scope.cluster === name);
      return {
        ...{ name, simulated, ...roomOf(turns, `cluster:${name}`, max_concurrency) },
        ...(unverified === undefined ? {} : { unverified }),
        ...(place === undefined ? {} : { place }),
        ...(await readWatching(deps, clusterWatcher(name))),
        ...(row === undefined ? {} : { identity_known_since: isoTime(row.at) }),
        ...(rights === undefined ? {} : { rights }),
        ...(circuit === undefined ? {} : { circuit }),
      };
    }),
  );
};
