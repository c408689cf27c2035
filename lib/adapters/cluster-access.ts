import { readFileSync } from 'node:fs';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { KubeConfig } from '@kubernetes/client-node';
import { nameOfServer } from '../domain/catalogue/cluster-names.ts';
import { FlotillaError } from '../domain/errors.ts';
import { awsPatience } from './aws-patience.ts';
import { BearerTokens, FixedCredential, type Pass, Passes } from './cluster-pass.ts';
import type { ClusterProgram } from './cluster-program.ts';
import { EksTokens } from './eks-token.ts';
import { ExecCredentials } from './exec-credential.ts';
import type { KubeconfigSource } from './kubeconfig.ts';
import { KubeconfigPasses } from './kubeconfig-passes.ts';

/** Where a cluster is and how it lets us in. */
export type ClusterSource =
  /** A kubeconfig file; without a context its current one. */
  | KubeconfigSource
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
  if ('eks' in source) return fromEks(source, eks ?? new EKSClient({ ...awsPatience, region: source.region }));
  const config = configOf({ server: source.server, skipTLSVerify: true });
  return accessBy(config, new Passes({ cluster: config.getCurrentCluster(), credentials: new FixedCredential() }));
}

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
  const bearer = new BearerTokens(
    () => tokens.get(),
    () => tokens.renew(),
  );
  const passes = new Passes({ cluster: config.getCurrentCluster(), credentials: bearer });
  return { ...accessBy(config, passes), ...(arn === undefined ? {} : { arn }) };
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
