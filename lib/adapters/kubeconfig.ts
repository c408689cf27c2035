import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Cluster, KubeConfig, loadYaml } from '@kubernetes/client-node';
import { FlotillaError } from '../domain/errors.ts';
import { isSafeForCredentials } from '../domain/safe-address.ts';
import type { Written } from './cluster-program.ts';
import { type KubeconfigUser, userOf } from './kubeconfig-user.ts';

export interface KubeconfigSource {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly verify?: 'required';
}

/** What a kubeconfig context leads to, and as whom. */
export interface KubeconfigEntry {
  readonly config: KubeConfig;
  readonly cluster: Cluster;
  readonly user: KubeconfigUser;
  /** The cluster's certificate is not checked. */
  readonly isUnverified: boolean;
  readonly isCompressed: boolean;
  /** Whether the file has changed since. */
  readonly text: string;
}

/** Reads and checks a kubeconfig. Throws ConfigurationInvalid, which names anything unknown in it. */
export function readKubeconfig(source: KubeconfigSource): KubeconfigEntry {
  const { kubeconfig: path, context } = source;
  const { config, text, written } = load(path);
  const names = config.getContexts().map(({ name }) => name);
  const wanted = context ?? config.getCurrentContext();
  if (!names.includes(wanted)) {
    const has = `it has ${names.join(', ') || 'none'}`;
    const message = wanted
      ? `the kubeconfig ${path} has no context "${wanted}"; ${has}`
      : `the kubeconfig ${path} has no current context: name one; ${has}`;
    throw new FlotillaError('ConfigurationInvalid', message, { path, context: wanted });
  }
  config.setCurrentContext(wanted);
  const refuse = (why: string, cause?: unknown): never => {
    throw new FlotillaError('ConfigurationInvalid', `the context "${wanted}" of ${path} ${why}`, { path }, cause);
  };
  const cluster = config.getCurrentCluster() ?? refuse('names no cluster that is there');
  const name = config.getContextObject(wanted)?.user;
  const writtenUser = name === undefined ? {} : writtenIn(written.users, name, 'user');
  if (writtenUser === undefined) refuse(`names a user ${name} that is not there`);
  const writtenCluster = writtenIn(written.clusters, cluster.name, 'cluster') ?? {};
  const problem = problemOf(cluster, writtenUser!);
  if (problem !== undefined) refuse(problem);
  const isUnverified = isUnchecked(cluster);
  if (isUnverified && source.verify === 'required') refuse(mustBeVerified);
  const isCompressed = writtenCluster['disable-compression'] !== true;
  const user = asUser(writtenUser!, { path, name, place: { kubeconfig: path, cluster, written: writtenCluster } });
  return { config, cluster, user, isUnverified, isCompressed, text };
}

interface Loaded {
  readonly config: KubeConfig;
  readonly text: string;
  readonly written: Written;
}

function load(path: string): Loaded {
  try {
    const text = readFileSync(path, 'utf8');
    const written = loadYaml<Written>(text);
    const config = new KubeConfig();
    // We read users ourselves.
    const users = Array.isArray(written.users) ? written.users.map((one) => ({ name: one?.name })) : [];
    config.loadFromString(JSON.stringify({ ...written, users }));
    config.makePathsAbsolute(dirname(path));
    // If both forms are given, kubectl takes the inline one.
    config.clusters = config.clusters.map(({ caFile, ...one }) => (one.caData || !caFile ? one : { ...one, caFile }));
    return { config, text, written };
  } catch (error) {
    const message = `the kubeconfig ${path} cannot be read: ${whyUnreadable(error)}`;
    throw new FlotillaError('ConfigurationInvalid', message, { path }, error);
  }
}

/** client-node's objections use kubeconfig's words; its crashes use JavaScript's. */
const whyUnreadable = (error: unknown): string => {
  if (error instanceof TypeError) return 'it does not have the form of a kubeconfig';
  return error instanceof Error ? error.message : String(error);
};

/** An entry as written: client-node drops what it does not know. */
const writtenIn = (entries: unknown, name: string, part: 'cluster' | 'user'): Written | undefined => {
  const found = (Array.isArray(entries) ? (entries as readonly Written[]) : []).find((one) => one?.name === name);
  return found === undefined ? undefined : ((found[part] ?? {}) as Written);
};

const asUser = (
  written: Written,
  {
    path,
    name,
    place,
  }: { readonly path: string; readonly name: string | undefined; readonly place: Parameters<typeof userOf>[1] },
): KubeconfigUser => {
  try {
    return userOf(written, place);
  } catch (error) {
    const message = `the user ${name} of the kubeconfig ${path} ${(error as Error).message}`;
    throw new FlotillaError('ConfigurationInvalid', message, { path }, error);
  }
};

/** In kubeconfig's words: client-node has its own, and uses them only at the first request. */
const problemOf = ({ name, proxyUrl, server, skipTLSVerify }: Cluster, user: Written): string | undefined => {
  if (!/^https?:\/\/[^/]/i.test(server))
    return `leads to cluster ${name}, whose server is not an address like https://host`;
  if (proxyUrl && !proxySchemes.includes(URL.parse(proxyUrl)?.protocol ?? ''))
    return `leads to cluster ${name}, whose proxy-url is no address of a proxy: that begins with http, https or socks5`;
  const begins = `leads to cluster ${name}, whose server is asked without TLS`;
  if (!isSafeForCredentials(server) && hasCredential(user))
    return `${begins}, with the credential of its user: that needs https://`;
  if (/^https:/i.test(server) || skipTLSVerify) return undefined;
  return `${begins}: that needs insecure-skip-tls-verify: true, or https://`;
};

const proxySchemes: readonly string[] = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];

const hasCredential = (user: Written): boolean =>
  Object.entries(user).some(([field, value]) => field !== 'extensions' && value !== undefined && value !== null);

/** Without TLS there is nothing to check, and nobody can intercept traffic on this machine. */
const isUnchecked = (cluster: Cluster): boolean =>
  cluster.skipTLSVerify === true && !(/^http:/i.test(cluster.server) && isSafeForCredentials(cluster.server));

const mustBeVerified = 'skips the check of the certificate (insecure-skip-tls-verify), which verify: required forbids';
