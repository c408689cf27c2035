import { mostLocks } from '../plan/lock-names.ts';
import type { ClusterRow, EarlierWay } from '../record/cluster-row.ts';

/** The UID of the namespace `kube-system`, which a cluster keeps for life. */
export const clusterUid = (uid: string): string => `kube-system:${uid}`;

/** A cluster keeps one of each for life, so two different ones mean two clusters. An address may change. */
const ofOneCluster = ['kube-system:', 'arn:'];

/** How a configuration name currently leads to its cluster. */
export interface Reached {
  readonly cluster: string;
  /** Its configuration name in locks. */
  readonly name: string;
  readonly fingerprint: string;
}

/** A cluster without a permanent identity is asked again after this many milliseconds. */
const askAgainAfter = 3_600_000;

/**
 * Whether the cluster need not be asked for its identity: nothing has changed, and its answer was permanent or recent.
 */
export const isKnown = (row: ClusterRow, { fingerprint }: Reached, now: number): boolean =>
  row.fingerprint === fingerprint &&
  (row.identities.some((one) => one.startsWith(clusterUid(''))) || now - row.at < askAgainAfter);

/**
 * The row of a cluster that has identified itself. Earlier names are kept unless they certainly belong to another
 * cluster, because it may still be locked under one of them.
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
  // An identity that was readable before may not be readable today.
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
