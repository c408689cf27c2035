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

/** A cluster of the configuration: what we know of it, and what we do there. */
export interface ClusterView extends WatchingView {
  readonly name: string;
  readonly simulated: boolean;
  /** Its certificate is checked by nobody. */
  readonly unverified?: true;
  /** Whose functions ask it, on AWS. */
  readonly place?: string;
  readonly in_flight: number;
  readonly limit?: number;
  /** When it said which cluster it is; absent before anything was deployed there. */
  readonly identity_known_since?: string;
  /** What it does not let us do. */
  readonly rights?: MissingRights;
  /** It does not answer: what would go there waits. */
  readonly circuit?: HoldView;
}

/** The clusters on which one who asks may see something. No cluster is asked. */
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
