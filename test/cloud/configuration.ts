import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cloud, stage } from './cloud.ts';
import { environmentOf, runCommand } from './run-command.ts';

export const secrets = {
  HARNESS_API_KEY: 'pat.acct.0123456789abcdef.Cl0udK3y',
  CLEARING_TOKEN: 'hook-T0k3n-of-clearing',
};

/** What runs there before Flotilla deploys it by itself. */
export const ledger = { name: 'ledger', namespace: 'risk', image: 'registry.example.com/risk/ledger:1.0.0' };

/** Name of the EKS cluster. */
export const eksCluster = `${stage}-eu-1`;

/** Clusters that are asked from networks; the first is in another account. Both require the external id. */
export const placed = {
  partner: { eks: `${stage}-partner`, place: 'near', service: 'till' },
  vault: { eks: `${stage}-vault`, place: 'far', service: 'safe' },
} as const;
export const partner = { account: '444455556666', role: 'flotilla', word: 'a-word-of-theirs' };
const partnerRole = `arn:aws:iam::${partner.account}:role/${partner.role}`;

/** What runs in those before. */
export const standingIn = (service: string) => ({
  ...{ name: service, namespace: 'risk', image: `registry.example.com/risk/${service}:1.0.0` },
});

/** The section `aws`, which CDK reads. */
export const settingsText = (): string => `
aws:
  cluster_roles: ["${partnerRole}"]
  places:
    near: { vpc: vpc-0123456789abcdef0, subnets: [subnet-0123456789abcdef0], nat: true }
    far: { vpc: vpc-0123456789abcdef1, subnets: [subnet-0123456789abcdef1], nat: true }
`;

const placedClusters = `  partner: { eks: ${placed.partner.eks}, role: "${partnerRole}", external_id: ${partner.word}, place: near }
  vault: { eks: ${placed.vault.eks}, place: far }`;

/** As a user with a Harness account and an EKS cluster would write it: nothing in it is called simulated. */
export const configurationText = ({
  harness,
  eksCluster,
  isPlaced = true,
}: {
  readonly harness: string;
  readonly eksCluster: string;
  /** With the clusters that are asked from a place, which the settings of the stage must have. */
  readonly isPlaced?: boolean;
}): string => `
services:
  clearing:
    trade-intake: { image: registry.example.com/clearing/trade-intake, container: app, namespace: clearing }
    netting-engine: { namespace: clearing }
    settlement-api: { namespace: clearing }
    books: { namespace: clearing }
  risk:
    position-store: { kind: statefulset, name: position-store-v2, namespace: risk }
    exposure-calc: { namespace: risk }
    limit-check: { namespace: risk }
    margin-engine: { namespace: risk }
    fee-engine: { namespace: risk }
    desk-limits: { namespace: risk }
    stop-loss: { namespace: risk }
    stop-report: { namespace: risk }
    base-curve: { namespace: risk }
    swap-pricer: { namespace: risk }
    bond-pricer: { namespace: risk }
    rate-feed: { namespace: risk }
    books: { namespace: risk }
    ledger: { namespace: risk, executor: kubernetes, image: registry.example.com/risk/ledger }
    till: { namespace: risk, executor: kubernetes, image: registry.example.com/risk/till }
    safe: { namespace: risk, executor: kubernetes, image: registry.example.com/risk/safe }
    archive: { namespace: risk, executor: kubernetes, image: registry.example.com/risk/archive }
pillars:
  clearing: { harness: { pipeline: deploy_clearing, trigger: flotilla, webhook_token: '\${CLEARING_TOKEN}' } }
  risk: { harness: { pipeline: deploy_risk, mode: execute } }
environments:
  staging: { max_concurrency: 10, kubernetes: { take_over: all } }
  clearing-test: {}
  risk-test: { second_person: true }
  requests: { kubernetes: { cluster_scoped: [Namespace] } }
requests: { environment: requests, infrastructure: cluster-eu-1 }
grants:
  - { client: ci, may: ['*'], pillars: ['*'], environments: ['*'] }
  - { client: clearing-ci, may: [deploy, cancel, resolve], pillars: ['*'], environments: [clearing-test] }
  - { client: risk-ci, may: [deploy, cancel, resolve], pillars: ['*'], environments: [risk-test] }
  - { group: risk-leads, may: [resolve], pillars: [risk], environments: [risk-test] }
  - { group: readers, may: [read], pillars: [risk], environments: [staging] }
clusters:
  eu-1: { eks: ${eksCluster} }
${isPlaced ? placedClusters : ''}
infrastructures: { cluster-eu-1: { cluster: eu-1 }${isPlaced ? ', partner: { cluster: partner }, vault: { cluster: vault }' : ''} }
harness: { base_url: '${harness}', account: acme, org: payments, project: releases, api_key: '\${HARNESS_API_KEY}' }
`;

/**
 * Puts the configuration and its secrets where the deployed functions look for them, as the outputs of the stack say.
 */
export const applyCatalogue = async (
  folder: string,
  { emulator, harness }: Pick<Cloud, 'emulator' | 'harness'>,
): Promise<void> => {
  const file = join(folder, 'flotilla.config.yaml');
  writeFileSync(file, configurationText({ harness, eksCluster }));
  const env = { ...environmentOf(emulator, folder), ...secrets };
  const args = ['catalogue', 'apply', '--stage', stage, '--config', file, '--with-secrets'];
  await runCommand(process.execPath, [join(import.meta.dirname, '..', '..', 'bin', 'flotilla.ts'), ...args], { env });
};
