import { mostLocks } from '../plan/lock-names.ts';
import type { ClusterRow, EarlierWay } from '../record/cluster-row.ts';

/** Of the namespace `kube-system`, which a cluster has for life. */
export const clusterUid = (uid: string): string => `kube-system:${uid}`;

/** One cluster has one of each for life, so two that differ belong to two clusters. An address may change. */
const ofOneCluster = ['kube-system:', 'arn:'];

/** How a name of the configuration leads to its cluster now. */
export interface Reached {
  readonly cluster: string;
  /** What the configuration calls it in locks. */
  readonly name: string;
  readonly fingerprint: string;
}

/** One that did not say who it is for good is asked again after this long, in milliseconds. */
const askAgainAfter = 3_600_000;

/** Whether the cluster need not be asked who it is: nothing has changed, and it has said so for good, or a moment ago. */
export const isKnown = (row: ClusterRow, { fingerprint }: Reached, now: number): boolean =>
  row.fingerprint === fingerprint &&
  (row.identities.some((one) => one.startsWith(clusterUid(''))) || now - row.at < askAgainAfter);

/**
 * The row of a cluster that has said who it is. The names of before are kept unless they certainly belong to another cluster:
 * by one of them it may still be locked.
 */
export const noteReached = (
  before: ClusterRow | undefined,
  { cluster, name, fingerprint }: Reached,
  { identities: said, at }: Pick<ClusterRow, 'identities' | 'at'>,
): ClusterRow => {
  const isSameWay = before?.fingerprint === fingerprint;
  const kept = waysOf(before).filter((way) => !isAnother(way, said));
  const isSame = (way: EarlierWay, place: number): boolean =>
    (isSameWay && place === 0) || way.identities.some((one) => said.includes(one));
  const same = kept.filter(isSame);
  const earlier = kept.filter((way, place) => !isSame(way, place)).slice(0, mostLocks - 2);
  // What could be read before may not be read today.
  const identities = isSameWay ? [...said, ...(same[0]?.identities ?? [])] : said;
  return {
    ...{ cluster, fingerprint, at },
    identities: [...new Set(identities)],
    names: [...new Set([name, ...same.flatMap(({ names }) => names)])].slice(0, mostLocks - 1),
    ...(earlier.length === 0 ? {} : { earlier }),
    ...(isSameWay && before.rights !== undefined ? { rights: before.rights } : {}),
    ...(isSameWay && before.deployer !== undefined ? { deployer: before.deployer } : {}),
  };
};

const waysOf = (row: ClusterRow | undefined): readonly EarlierWay[] =>
  row === undefined ? [] : [{ names: row.names, identities: row.identities }, ...(row.earlier ?? [])];

const isAnother = ({ identities }: EarlierWay, said: readonly string[]): boolean =>
  ofOneCluster.some((kind) => {
    const [before, now] = [identities, said].map((some) => some.find((one) => one.startsWith(kind)));
    return before !== undefined && now !== undefined && before !== now;
  });
