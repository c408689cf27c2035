import { readFileSync } from 'node:fs';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { KubeConfig } from '@kubernetes/client-node';
import { nameOfServer } from '../domain/catalogue/cluster-names.ts';
import { FlotillaError, isFlotillaError } from '../domain/errors.ts';
import { assumedRole, type RoleToAssume } from './assumed-role.ts';
import { awsPatience } from './aws-patience.ts';
import { BearerTokens, FixedCredential, type Pass, Passes } from './cluster-pass.ts';
import type { ClusterProgram } from './cluster-program.ts';
import { EksTokens } from './eks-token.ts';
import { ExecCredentials } from './exec-credential.ts';
import type { KubeconfigSource } from './kubeconfig.ts';
import { KubeconfigPasses } from './kubeconfig-passes.ts';

export interface EksSource {
  readonly eks: string;
  readonly region: string;
  /** A role of another account. */
  /**
   * `region`: the region whose STS is asked, which is the caller's own, because a private network may reach no other.
   * Absent: the cluster's.
   */
  readonly assume?: RoleToAssume & { readonly region?: string | undefined };
  readonly proxy?: string;
}

/** Where a cluster is and how to authenticate. */
export type ClusterSource =
  /** A kubeconfig file; without a context its current one. */
  | KubeconfigSource
  | EksSource
  /** Plain HTTP without credentials: the simulated cluster. */
  | { readonly server: string };

export interface ClusterAccess {
  readonly config: KubeConfig;
  /** The region of an EKS cluster. */
  readonly arn?: string;
  /** The program that authenticates. */
  readonly program?: ClusterProgram;
  /** The cluster's certificate is not checked. */
  readonly isUnverified?: true;
  /** Credentials for a request. Throws if there are none. */
  pass(): Promise<Pass>;
  /** After a 401: the next pass has another credential, if there is one. */
  renew(refused: Pass): Promise<void>;
}

export interface AccessOptions {
  /** Shared by clusters that may have the same user. Without it nothing is shared. */
  readonly programs?: ExecCredentials;
  /** Throws for a program that may not run. Called whenever a kubeconfig has been read. */
  readonly check?: (program: ClusterProgram | undefined) => void;
}

/** Finds out how to reach a cluster. Throws ConfigurationInvalid, or ClusterUnavailable for EKS. */
export async function kubeConfigFrom(
  source: ClusterSource,
  eks?: EKSClient,
  options: AccessOptions = {},
): Promise<ClusterAccess> {
  if ('kubeconfig' in source) return fromFile(source, options);
  if ('eks' in source) return fromEks(source, eks ?? eksClientOf(source));
  const config = configOf({ server: source.server, skipTLSVerify: true });
  return accessBy(config, new Passes({ cluster: config.getCurrentCluster(), credentials: new FixedCredential() }));
}

/** The role is assumed in the caller's region; the cluster is looked up in its own. */
const eksClientOf = ({ region, assume }: EksSource): EKSClient => {
  const role = assume === undefined ? undefined : assumedRole(assume, assume.region ?? region);
  return new EKSClient({ ...awsPatience, region, ...(role && { credentials: () => role.credentials() }) });
};

const accessBy = (config: KubeConfig, passes: Passes): ClusterAccess => ({
  config,
  pass: () => passes.get(),
  renew: async (refused) => void (await passes.renew(refused)),
});

function fromFile(source: KubeconfigSource, { programs = new ExecCredentials(), check }: AccessOptions): ClusterAccess {
  const passes = new KubeconfigPasses(source, { programs, check: check ?? (() => {}) });
  const { config, isUnverified, user } = passes.entry;
  return {
    config,
    ...(user.plugin === undefined ? {} : { program: user.plugin.program }),
    ...(isUnverified ? { isUnverified } : {}),
    pass: () => passes.get(),
    renew: (refused) => passes.renew(refused),
  };
}

/** ACTIVE and UPDATING clusters answer; in every other state there is nothing to talk to. */
const usable: readonly (string | undefined)[] = ['ACTIVE', 'UPDATING'];

async function fromEks(source: EksSource, client: EKSClient): Promise<ClusterAccess> {
  const { eks: name, region, proxy } = source;
  const { cluster } = await client.send(new DescribeClusterCommand({ name })).catch((error: unknown) => {
    throw notDescribed(source, error);
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
    ...(proxy === undefined ? {} : { proxyUrl: proxy }),
  });
  const bearer = new BearerTokens(
    () => tokens.get(),
    () => tokens.renew(),
  );
  const passes = new Passes({ cluster: config.getCurrentCluster(), credentials: bearer });
  return { ...accessBy(config, passes), ...(arn === undefined ? {} : { arn }) };
}

const describeRemedies: Readonly<Record<string, (as: string) => string>> = {
  ResourceNotFoundException: (as) => `there is none of that name${as}; is the region right?`,
  AccessDeniedException: (as) => `we may not find it${as}: eks:DescribeCluster is needed`,
};

const notDescribed = ({ eks, region, assume }: EksSource, error: unknown): FlotillaError => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const remedy = describeRemedies[name]?.(assume === undefined ? '' : ` as ${assume.role}`);
  const why = remedy === undefined ? `${name}: ${message}` : `${remedy} (${message})`;
  // A rejected role has its own message.
  const details = isFlotillaError(error, 'ClusterUnavailable') ? error.details : {};
  const words = isFlotillaError(error, 'ClusterUnavailable') ? message : why;
  return new FlotillaError(
    'ClusterUnavailable',
    `EKS cluster ${eks} in ${region}: ${words}`,
    { ...details, cluster: eks },
    error,
  );
};

/** The API server's address, with a hash of its certificate authority. */
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

function configOf(cluster: {
  server: string;
  caData?: string;
  skipTLSVerify?: boolean;
  proxyUrl?: string;
}): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'cluster', skipTLSVerify: false, ...cluster }],
    users: [{ name: 'flotilla' }],
    contexts: [{ name: 'flotilla', cluster: 'cluster', user: 'flotilla' }],
    currentContext: 'flotilla',
  });
  return config;
}
