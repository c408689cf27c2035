import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { parseConfiguration } from '../../lib/domain/catalogue/parse-configuration.ts';
import { type Clients, type Cloud, stage } from './cloud.ts';

export const secrets = {
  HARNESS_API_KEY: 'pat.acct.0123456789abcdef.Cl0udK3y',
  CLEARING_TOKEN: 'hook-T0k3n-of-clearing',
};

/** Name of the EKS cluster. */
export const eksCluster = `${stage}-eu-1`;

/** As somebody would write it who has a Harness account and an EKS cluster: nothing in it is called simulated. */
const written = (harness: string): string => `
services:
  clearing:
    trade-intake: { image: registry.example.com/clearing/trade-intake, container: app, namespace: clearing }
    netting-engine: { namespace: clearing }
    settlement-api: { namespace: clearing }
  risk:
    position-store: { kind: statefulset, name: position-store-v2, namespace: risk }
    exposure-calc: { namespace: risk }
    limit-check: { namespace: risk }
pillars:
  clearing: { harness: { pipeline: deploy_clearing, trigger: flotilla, webhook_token: '\${CLEARING_TOKEN}' } }
  risk: { harness: { pipeline: deploy_risk, mode: execute } }
environments: { staging: { max_concurrency: 10 } }
clusters: { eu-1: { eks: ${eksCluster} } }
infrastructures: { cluster-eu-1: { cluster: eu-1 } }
harness: { base_url: '${harness}', account: acme, org: payments, project: releases, api_key: '\${HARNESS_API_KEY}' }
`;

/** What runs on the cluster before the first batch. */
export const running = [
  { name: 'netting-engine', namespace: 'clearing', image: 'registry.example.com/clearing/netting-engine:4.1.0' },
  { kind: 'statefulset', name: 'position-store-v2', namespace: 'risk', image: 'registry.example.com/risk/store:1.7.0' },
];

/** Puts the configuration and its secrets where the deployed functions look for them. */
export const loadConfiguration = async (
  { s3, secrets: manager }: Clients,
  cloud: Pick<Cloud, 'documents' | 'secret' | 'harness'>,
): Promise<void> => {
  const parsed = parseConfiguration(written(cloud.harness), { readFile: () => undefined, env: secrets });
  if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
  const { catalogue, connections } = parsed.configuration;
  if (connections.harness.kind !== 'real') throw new Error('the configuration names no Harness account');
  const { api_key, webhook_tokens, ...harness } = connections.harness;
  await s3.send(
    new PutObjectCommand({
      Bucket: cloud.documents,
      Key: 'configuration.json',
      Body: JSON.stringify({ catalogue, connections: { ...connections, harness } }),
      ContentType: 'application/json',
    }),
  );
  const SecretString = JSON.stringify({ api_key, webhook_tokens });
  await manager.send(new PutSecretValueCommand({ SecretId: cloud.secret, SecretString }));
};
