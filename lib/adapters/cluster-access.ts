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
  /** Of another account. */
  /** `region`: that of whoever runs, whose STS is asked: a network of its own may lead to no other. Absent: that of the cluster. */
  readonly assume?: RoleToAssume & { readonly region?: string | undefined };
  readonly proxy?: string;
}

/** Where a cluster is and how it lets us in. */
export type ClusterSource =
  /** A kubeconfig file; without a context its current one. */
  | KubeconfigSource
  | EksSource
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
  /** What a request goes with now. Throws where nothing lets us in. */
  pass(): Promise<Pass>;
  /** After a 401: the next pass has another credential, if there is one. */
  renew(refused: Pass): Promise<void>;
}

export interface AccessOptions {
  /** Shared by those who may have the same user; without it nobody is. */
  readonly programs?: ExecCredentials;
  /** Throws for a program that may not be run. It is asked whenever a kubeconfig has been read. */
  readonly check?: (program: ClusterProgram | undefined) => void;
}

/** Reads or asks what is needed to talk to a cluster. Throws ConfigurationInvalid, or ClusterUnavailable for EKS. */
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

/** The role is assumed where whoever runs is; the cluster is asked for where it is. */
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
  // A role that is not given to us has said why itself.
  const details = isFlotillaError(error, 'ClusterUnavailable') ? error.details : {};
  const words = isFlotillaError(error, 'ClusterUnavailable') ? message : why;
  return new FlotillaError(
    'ClusterUnavailable',
    `EKS cluster ${eks} in ${region}: ${words}`,
    { ...details, cluster: eks },
    error,
  );
};

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
