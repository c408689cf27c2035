import { createHash } from 'node:crypto';
import { mostLocks, type NamesOfClusters } from '../plan/lock-names.ts';
import type { ClusterRow } from '../record/cluster-row.ts';
import { type Catalogue, type ClusterConnection, type EksConnection, entryOf } from './catalogue.ts';
import { accountOfRole } from './iam-role.ts';

/** What a way to reach a cluster says about which one it is: two names of a configuration that lead the same way are one. */
export const nameOfConnection = (connection: ClusterConnection): string | undefined => {
  if (connection.kind === 'eks') return nameInEks(connection);
  if (connection.kind === 'simulated') return undefined;
  return `kubeconfig:${shortHash(JSON.stringify([connection.kubeconfig, connection.context]))}`;
};

/** A name in EKS is one in an account and a region; as long as neither is said, it is that of whoever runs. */
const nameInEks = ({ eks, region = '', role }: EksConnection): string => {
  const account = role === undefined ? '' : accountOfRole(role);
  return account === '' && region === '' ? `eks:${eks}` : `eks:${account}:${region}:${eks}`;
};

/** The address of an API server, with a hash of the authority that it is known by. What an address may have of a secret is left out. */
export const nameOfServer = (server: string, authority: string): string => {
  const url = URL.parse(server);
  const address = url === null ? server : `${url.protocol}//${url.host}${url.pathname}`;
  return `${address.replace(/\/$/, '')}#${shortHash(authority)}`;
};

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Names that are known to belong to one cluster, with all that this is known by. */
interface Group {
  readonly names: Set<string>;
  readonly known: Set<string>;
}

/**
 * The names of each cluster in locks. The one that its configuration gives is always among them, so that who planned before
 * the cluster was known shares a lock with who plans after it. Clusters that turned out to be one have the names of all,
 * those of before a change of the configuration too. What is known stands in rows: nobody is asked.
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
 * The same, as far as it is sure: by rows of clusters that the configuration still leads to in that way, and without the names of
 * before. What may be one cluster is locked as one; only what is one for sure makes a batch an error.
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

/** What a configuration calls the same cluster, or has called it, as far as it is sure: itself first. */
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

/** Without a name of its own, for example because it is simulated, a cluster is known by that of the configuration. */
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
