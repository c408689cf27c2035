import { createHash } from 'node:crypto';
import { mostLocks, type NamesOfClusters } from '../plan/lock-names.ts';
import type { ClusterRow } from '../record/cluster-row.ts';
import { type Catalogue, type ClusterConnection, type EksConnection, entryOf } from './catalogue.ts';
import { accountOfRole } from './iam-role.ts';

/**
 * What a way to reach a cluster says about its identity. Two configuration names that lead the same way are one
 * cluster.
 */
export const nameOfConnection = (connection: ClusterConnection): string | undefined => {
  if (connection.kind === 'eks') return nameInEks(connection);
  if (connection.kind === 'simulated') return undefined;
  return `kubeconfig:${shortHash(JSON.stringify([connection.kubeconfig, connection.context]))}`;
};

/** A name in EKS belongs to an account and a region. If neither is given, they are the process's own. */
const nameInEks = ({ eks, region = '', role }: EksConnection): string => {
  const account = role === undefined ? '' : accountOfRole(role);
  return account === '' && region === '' ? `eks:${eks}` : `eks:${account}:${region}:${eks}`;
};

/** An API server's address, with a hash of its authority. Secret parts of an address are left out. */
export const nameOfServer = (server: string, authority: string): string => {
  const url = URL.parse(server);
  const address = url === null ? server : `${url.protocol}//${url.host}${url.pathname}`;
  return `${address.replace(/\/$/, '')}#${shortHash(authority)}`;
};

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Names known to belong to one cluster, with all its identities. */
interface Group {
  readonly names: Set<string>;
  readonly known: Set<string>;
}

/**
 * Each cluster's names in locks. The one from its configuration is always included, so plans from before and after the
 * cluster was first reached share a lock. Clusters that turned out to be the same have all names, including those from
 * before a change of the configuration. Reads only stored rows and asks nobody.
 */
export const namesOfClusters = (
  catalogue: Pick<Catalogue, 'clusters'>,
  rows: readonly ClusterRow[],
): NamesOfClusters => {
  const named = Object.keys(catalogue.clusters).map((cluster) => [cluster, nameOf(catalogue, cluster)] as const);
  const own = new Map(named);
  const groups = new Map<string, Group>();
  for (const [, name] of named) join(groups, [name], []);
  for (const { cluster, names, identities, earlier = [] } of rows) {
    const now = own.get(cluster);
    join(groups, now === undefined ? names : [...names, now], identities);
    for (const way of earlier) join(groups, [names[0]!, ...way.names], way.identities);
  }
  const configured = new Set(own.values());
  return (cluster) => {
    const name = own.get(cluster) ?? nameOf(catalogue, cluster);
    const others = [...(groups.get(name)?.names ?? [])].filter((other) => other !== name).sort();
    const stillUsed = others.filter((other) => configured.has(other));
    const past = others.filter((other) => !configured.has(other));
    return [name, ...stillUsed, ...past].slice(0, mostLocks - 1);
  };
};

/**
 * The same, but only what is certain: from rows of clusters that the configuration still leads to in that way, and
 * without earlier names. Clusters that may be the same are locked as one, but only certain identity makes a batch an
 * error.
 */
export const sureNamesOfClusters = (
  catalogue: Pick<Catalogue, 'clusters'>,
  rows: readonly ClusterRow[],
): NamesOfClusters => {
  const sure = rows.flatMap(({ earlier: _, ...row }) => {
    const name = nameOf(catalogue, row.cluster);
    return row.names[0] === name ? [{ ...row, names: [name] }] : [];
  });
  return namesOfClusters(catalogue, sure);
};

/** All certain configuration names of the same cluster, present and past, its own first. */
export const sameClusters = (catalogue: Pick<Catalogue, 'clusters'>, rows: readonly ClusterRow[]): NamesOfClusters => {
  const sure = sureNamesOfClusters(catalogue, rows);
  const gone = rows.filter(({ cluster }) => entryOf(catalogue.clusters, cluster) === undefined);
  const named: readonly (readonly [string, string])[] = [
    ...Object.keys(catalogue.clusters).map((cluster) => [cluster, nameOf(catalogue, cluster)] as const),
    ...gone.map(({ cluster, names }) => [cluster, names[0]!] as const),
  ];
  return (cluster) => {
    const names = sure(cluster);
    const others = named.filter(([other, name]) => other !== cluster && names.includes(name));
    return [cluster, ...others.map(([other]) => other)].slice(0, mostLocks - 1);
  };
};

/** A cluster without its own identity, for example a simulated one, is known by its configuration name. */
export const nameOf = ({ clusters }: Pick<Catalogue, 'clusters'>, cluster: string): string =>
  entryOf(clusters, cluster)?.known_as ?? `cluster:${cluster}`;

const join = (groups: Map<string, Group>, names: readonly string[], identities: readonly string[]): void => {
  const known = [...names, ...identities];
  const met = [...new Set(known.flatMap((one) => groups.get(one) ?? []))];
  const group: Group = {
    names: new Set([...met.flatMap((one) => [...one.names]), ...names]),
    known: new Set([...met.flatMap((one) => [...one.known]), ...known]),
  };
  for (const one of group.known) groups.set(one, group);
};
