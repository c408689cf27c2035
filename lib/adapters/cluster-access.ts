import { readFileSync } from 'node:fs';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { nameOfServer } from '../domain/catalogue/cluster-names.ts';
import { FlotillaError } from '../domain/errors.ts';
import { isSafeForCredentials } from '../domain/safe-address.ts';
import { EksTokens } from './eks-token.ts';
import { type ClusterProgram, ExecCredential, programOf } from './exec-credential.ts';

/** Where a cluster is and how it lets us in. */
export type ClusterSource =
  /** A kubeconfig file; without a context its current one. */
  | { readonly kubeconfig: string; readonly context?: string; readonly verify?: 'required' }
  | { readonly eks: string; readonly region: string }
  /** Plain HTTP without credentials: the simulated cluster. */
  | { readonly server: string };

export interface ClusterAccess {
  readonly config: KubeConfig;
  /** Of a cluster in EKS. */
  readonly arn?: string;
  /** What is run to be let in. */
  readonly program?: ClusterProgram;
  /** Nobody checks its certificate. */
  readonly isUnverified?: true;
  /** Forgets cached credentials after a 401. */
  renew(): void;
}

type KubeconfigSource = Extract<ClusterSource, { readonly kubeconfig: string }>;

/** Reads or asks what is needed to talk to a cluster. Throws ConfigurationInvalid, or ClusterUnavailable for EKS. */
export async function kubeConfigFrom(source: ClusterSource, eks?: EKSClient): Promise<ClusterAccess> {
  if ('kubeconfig' in source) return fromFile(source);
  if ('eks' in source) return fromEks(source, eks ?? new EKSClient({ region: source.region }));
  return { config: configOf({ server: source.server, skipTLSVerify: true }), renew: () => {} };
}

function fromFile({ kubeconfig: path, context, verify }: KubeconfigSource): ClusterAccess {
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (error) {
    const message = `the kubeconfig ${path} cannot be read: ${whyUnreadable(error)}`;
    throw new FlotillaError('ConfigurationInvalid', message, { path }, error);
  }
  const names = config.getContexts().map(({ name }) => name);
  const wanted = context ?? config.getCurrentContext();
  if (!names.includes(wanted)) {
    const message = `the kubeconfig ${path} has no context "${wanted}"; it has ${names.join(', ') || 'none'}`;
    throw new FlotillaError('ConfigurationInvalid', message, { path, context: wanted });
  }
  config.setCurrentContext(wanted);
  const isUnverified = isUnchecked(config.getCurrentCluster());
  const problem = problemOf(config) ?? (isUnverified && verify === 'required' ? mustBeVerified : undefined);
  if (problem !== undefined) {
    throw new FlotillaError('ConfigurationInvalid', `the context "${wanted}" of ${path} ${problem}`);
  }
  return { ...withProgram(config, path), ...(isUnverified ? { isUnverified } : {}) };
}

/** The client library would run the program with all that we have in our environment, and keep what it said after a 401. */
function withProgram(config: KubeConfig, path: string): ClusterAccess {
  const user = config.getCurrentUser();
  let program: ClusterProgram | undefined;
  try {
    program = programOf(user, path);
  } catch (error) {
    const message = `the user ${user?.name} of the kubeconfig ${path} ${(error as Error).message}`;
    throw new FlotillaError('ConfigurationInvalid', message, { path }, error);
  }
  if (program === undefined) return { config, renew: () => {} };
  config.users = config.users.map((one) => (one.name === user?.name ? { ...one, exec: undefined } : one));
  const credential = new ExecCredential(program);
  config.addAuthenticator(credential);
  return { config, program, renew: () => credential.renew() };
}

/** What the client library has against an entry it says in kubeconfig's words; where it stumbles over one, in JavaScript's. */
const whyUnreadable = (error: unknown): string => {
  if (error instanceof TypeError) return 'it does not have the form of a kubeconfig';
  return error instanceof Error ? error.message : String(error);
};

/** In kubeconfig's words: the library has others, and says them at the first request only. */
const problemOf = (config: KubeConfig): string | undefined => {
  const cluster = config.getCurrentCluster();
  if (cluster === null) return 'names no cluster that is there';
  const { name, server, skipTLSVerify } = cluster;
  if (!/^https?:\/\/[^/]/i.test(server))
    return `leads to cluster ${name}, whose server is not an address like https://host`;
  const begins = `leads to cluster ${name}, whose server is asked without TLS`;
  if (!isSafeForCredentials(server) && hasCredential(config.getCurrentUser()))
    return `${begins}, with the credential of its user: that needs https://`;
  if (/^https:/i.test(server) || skipTLSVerify) return undefined;
  return `${begins}: that needs insecure-skip-tls-verify: true, or https://`;
};

const hasCredential = (user: User | null): boolean =>
  Object.entries(user ?? {}).some(([field, value]) => field !== 'name' && value !== undefined);

/** Without TLS there is nothing to check; on this machine nobody stands in between. */
const isUnchecked = (cluster: Cluster | null): boolean =>
  cluster?.skipTLSVerify === true && !(/^http:/i.test(cluster.server) && isSafeForCredentials(cluster.server));

const mustBeVerified = 'skips the check of the certificate (insecure-skip-tls-verify), which verify: required forbids';

/** ACTIVE and UPDATING clusters answer; in every other state there is nothing to talk to. */
const usable: readonly (string | undefined)[] = ['ACTIVE', 'UPDATING'];

async function fromEks(
  { eks: name, region }: { eks: string; region: string },
  client: EKSClient,
): Promise<ClusterAccess> {
  const { cluster } = await client.send(new DescribeClusterCommand({ name })).catch((error: unknown) => {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new FlotillaError('ClusterUnavailable', `EKS cluster ${name} in ${region}: ${why}`, { cluster: name }, error);
  });
  const { arn, certificateAuthority, endpoint, status } = cluster ?? {};
  if (endpoint === undefined || !usable.includes(status)) {
    throw new FlotillaError('ClusterUnavailable', `EKS cluster ${name} in ${region} is ${status ?? 'not there'}`, {
      cluster: name,
    });
  }
  const tokens = new EksTokens({ cluster: name, region, credentials: () => client.config.credentials() });
  const config = configOf({
    server: endpoint,
    ...(certificateAuthority?.data && { caData: certificateAuthority.data }),
  });
  config.addAuthenticator({
    isAuthProvider: () => true,
    applyAuthentication: async (_user, options) => {
      options.headers = { ...options.headers, Authorization: `Bearer ${await tokens.get()}` };
    },
  });
  return { config, ...(arn === undefined ? {} : { arn }), renew: () => tokens.renew() };
}

/** The address of the API server, with a hash of the authority that it is known by. */
export function addressOf({ config }: Pick<ClusterAccess, 'config'>): string {
  const cluster = config.getCurrentCluster();
  return nameOfServer(cluster?.server ?? '', cluster?.caData ?? authorityIn(cluster?.caFile));
}

function authorityIn(file: string | undefined): string {
  if (file === undefined) return '';
  try {
    return readFileSync(file, 'base64');
  } catch {
    return file;
  }
}

function configOf(cluster: { server: string; caData?: string; skipTLSVerify?: boolean }): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'cluster', skipTLSVerify: false, ...cluster }],
    users: [{ name: 'flotilla' }],
    contexts: [{ name: 'flotilla', cluster: 'cluster', user: 'flotilla' }],
    currentContext: 'flotilla',
  });
  return config;
}
