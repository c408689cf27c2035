import { partsOf } from '../../domain/parts-of.ts';
import { type NamesOfClusters, objectOf } from '../../domain/plan/lock-names.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Table } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import {
  type LastChangeRow,
  type RecordedRelease,
  recordedAtObject,
  recordedOrAdopted,
  recordedRelease,
} from '../../domain/record/recorded-release.ts';
import { rowOf } from '../../domain/record/rows.ts';
import { endedStanding } from '../../domain/targets/ended-standing.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { readGoodAndLast } from '../targets/read-now.ts';

/** An API call ends after 29 s, and a large plan takes 12 of them. No more targets than this are looked up. */
export const mostTargets = 1000;

const targetsAtOnce = 50;

type Deployment = Pick<PlannedDeployment, 'target' | 'cluster' | 'workload'>;

/**
 * What the records say runs at these targets, written by them or by another target that leads to the same object. Looks
 * up only the first `mostTargets`. Each needs a small query, a small read of NOW, and one read per name of its cluster:
 * nearly always one, at most seven.
 */
export const readRecorded = async (
  deps: Pick<Deps, 'table'>,
  deployments: readonly Deployment[],
  clustersOf: NamesOfClusters = (cluster) => [cluster],
): Promise<readonly (RecordedRelease | undefined)[]> => {
  const first = deployments.slice(0, mostTargets);
  const used = new Set(first.map(({ cluster }) => cluster));
  const clusters = new Map([...used].map((cluster) => [cluster, clustersOf(cluster)]));
  const recorded: (RecordedRelease | undefined)[] = [];
  for (const some of partsOf(first, targetsAtOnce)) {
    recorded.push(...(await Promise.all(some.map((one) => readOne(deps, one, clusters.get(one.cluster)!)))));
  }
  return recorded;
};

const readOne = async (
  { table }: Pick<Deps, 'table'>,
  { target, workload }: Deployment,
  clusters: readonly string[],
): Promise<RecordedRelease | undefined> => {
  const [own, ...changes] = await Promise.all([
    readTarget(table, target),
    ...clusters.map(async (cluster) =>
      rowOf<LastChangeRow>(await table.get(keys.lastChange(objectOf(cluster, workload)))),
    ),
  ]);
  return recordedAtObject(
    own,
    target,
    changes.filter((change) => change !== undefined),
  );
};

const readTarget = async (table: Table, target: string): Promise<RecordedRelease | undefined> => {
  const [{ good, last }, now] = await Promise.all([
    readGoodAndLast(table, target),
    table.get(keys.targetNow(target)).then((item) => rowOf<TargetRow>(item)),
  ]);
  return recordedOrAdopted(recordedRelease(good, last), endedStanding(now));
};
