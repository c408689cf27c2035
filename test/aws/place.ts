import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { SFNClient } from '@aws-sdk/client-sfn';
import { type Clients, clientsAt } from '../cloud/clients.ts';
import { account, clientsOf, region as emulatedRegion, secretAccessKey } from '../cloud/cloud.ts';
import { installEmulator, startEmulator } from '../cloud/emulator.ts';
import { environmentOf } from '../cloud/run-command.ts';
import { startStates } from '../cloud/states.ts';
import { isEksToken } from '../e2e/eks-token-check.ts';
import { callerOf, signerOf } from './caller-identity.ts';
import { Misused } from './options.ts';
import { openTlsDoor, type TlsDoor } from './tls-door.ts';

/** Where a stage is deployed: an account of AWS, or the emulator. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly clients: Clients;
  /** The environment of the command lines. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Settings that the place requires. */
  readonly settings: readonly string[];
  /** The caller's ARN. */
  readonly caller: string;
  readonly logsUrl: string;
  addressOf(apiId: string): string;
  /** Where tokens are fetched, whose address is in the outputs. */
  tokenUrl(told: string): string;
  /** Makes an address of the relay look like a cluster's, which is HTTPS with an authority of its own. */
  clusterAt(address: string): Promise<TlsDoor>;
  /** Who signed a token for an EKS cluster. */
  signerOf(token: string, cluster: string): Promise<string | undefined>;
  /** Called with the machines when they are deployed. */
  takeMachine(arn: string): Promise<void>;
}

const credentialsHint =
  'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and so on; `npm run test:aws -- --help` says what they must allow.';

/** Certificates that may have signed an API of the gateway, in PEM. */
const gatewayAuthorities = (): string =>
  rootCertificates.filter((one) => /Amazon|Starfield/.test(new X509Certificate(one).subject)).join('\n');

/** The account that the environment's credentials lead to. Throws Misused. */
export const findAccount = async (): Promise<Place> => {
  const probe = new SFNClient({});
  const region = await probe.config.region().catch(() => {
    throw new Misused('No region: set AWS_REGION.');
  });
  const credentials = await probe.config.credentials().catch((error: Error) => {
    throw new Misused(`No AWS credentials: ${error.message}\n${credentialsHint}`);
  });
  const caller = await callerOf(region, credentials).catch((error: Error) => {
    throw new Misused(`STS in ${region} cannot be asked who these credentials are: ${error.message}`);
  });
  if (caller === undefined) throw new Misused(`AWS does not take these credentials in ${region}.\n${credentialsHint}`);
  return {
    ...{ region, caller, signerOf },
    account: caller.split(':')[4] ?? '',
    clients: clientsAt({ region }),
    env: { ...process.env, AWS_REGION: region },
    settings: [],
    logsUrl: `https://logs.${region}.amazonaws.com`,
    addressOf: (apiId) => `https://${apiId}.execute-api.${region}.amazonaws.com`,
    tokenUrl: (told) => told,
    clusterAt: async (endpoint) => ({ endpoint, authority: gatewayAuthorities() }),
    takeMachine: async () => {},
  };
};

/** The emulator, with the embedded engine for Step Functions and `eks` for EKS. */
export const startEmulated = async (
  held: AsyncDisposableStack,
  { folder, eks }: { readonly folder: string; readonly eks: string },
): Promise<Place> => {
  let clients: Clients | undefined;
  const python = await installEmulator(folder);
  const states = await startStates({ folder, clients: () => clients! });
  held.defer(() => states.close());
  const env = { AWS_ENDPOINT_URL_SFN: states.url, AWS_ENDPOINT_URL_EKS: eks };
  const emulator = await startEmulator({ python, folder, env });
  held.defer(() => emulator.close());
  clients = clientsOf({ emulator: emulator.url, engine: states.url });
  return {
    ...{ account, clients, region: emulatedRegion, caller: 'the emulator' },
    env: { ...environmentOf(emulator.url, folder), CDK_HOME: join(folder, 'cdk'), CI: 'true' },
    settings: ['archive=false'],
    logsUrl: emulator.url,
    addressOf: (apiId) => `${emulator.url}/_aws/execute-api/${apiId}`,
    tokenUrl: () => `${emulator.url}/oauth2/token`,
    clusterAt: (target) => openTlsDoor(held, { folder, target }),
    signerOf: async (token, cluster) =>
      isEksToken(token, { cluster, region: emulatedRegion, secretAccessKey }) ? 'a role of the emulator' : undefined,
    takeMachine: async (arn) => void (await states.take(arn)),
  };
};
