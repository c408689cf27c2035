import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../certificates.ts';
import { running } from '../example.ts';
import { Child } from './child.ts';

/**
 * The shipped program with a configuration that names a Harness account and clusters: over TLS, with keys and tokens,
 * against servers in other processes that look like the real ones. Nothing here is asked to simulate.
 */
const secrets = {
  apiKey: 'pat.acct.0123456789abcdef.K7s3cr3tApiK3y',
  webhookToken: 'hook-T0k3n-of-clearing',
  bearer: 'eyJhbGciOiJSUzI1NiJ9.b34r3r-T0k3n.c2ln',
};

const folder = mkdtempSync(join(tmpdir(), 'flotilla-real-'));
const children: Child[] = [];

const start = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Child => {
  const child = new Child(file, { args, env, directory: folder });
  children.push(child);
  return child;
};

const urlOf = async (child: Child): Promise<string> => {
  const answer = await child.answer<{ url: string }>();
  if (answer === undefined) throw new Error(`it ended at its start:\n${child.output}`);
  return answer.url;
};

const front = ({ key, certificate }: Certificates, target: string, more: readonly string[] = []): Promise<string> =>
  urlOf(start('test/e2e/tls-front.ts', ['--key', key, '--certificate', certificate, '--target', target, ...more]));

/** An address of this machine where nothing listens. */
const deadAddress = async (): Promise<string> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `https://127.0.0.1:${port}`;
};

interface Reached {
  readonly server: string;
  readonly authority: string;
  readonly token: string;
}

const kubeconfig = (clusters: Readonly<Record<string, Reached>>): string => {
  const entries = Object.entries(clusters);
  const lines = [
    'apiVersion: v1\nkind: Config\ncurrent-context: nowhere\nclusters:',
    ...entries.map(
      ([name, { server, authority }]) =>
        `- name: ${name}\n  cluster:\n    server: ${server}\n    certificate-authority-data: ${readFileSync(authority).toString('base64')}`,
    ),
    'users:',
    ...entries.map(([name, { token }]) => `- name: ${name}-deployer\n  user: { token: ${token} }`),
    'contexts:',
    ...entries.map(([name]) => `- name: ${name}\n  context: { cluster: ${name}, user: ${name}-deployer }`),
  ];
  return `${lines.join('\n')}\n`;
};

const configuration = (harness: string): string => `
services:
  clearing:
    trade-intake: { image: registry.example.com/clearing/trade-intake, container: app, namespace: clearing }
    netting-engine: { namespace: clearing }
    far-away: {}
    locked-out: {}
    distrusted: {}
  risk:
    position-store: { kind: statefulset, name: position-store-v2 }
pillars:
  clearing: { harness: { pipeline: deploy_clearing, trigger: flotilla, webhook_token: '\${CLEARING_TOKEN}' } }
  risk: { harness: { pipeline: deploy_risk, mode: execute } }
environments: { staging: { max_concurrency: 10 } }
clusters:
  eu-1: { kubeconfig: ./kubeconfig.yaml, context: eu-1 }
  dead: { kubeconfig: ./kubeconfig.yaml, context: dead }
  refusing: { kubeconfig: ./kubeconfig.yaml, context: refusing }
  foreign: { kubeconfig: ./kubeconfig.yaml, context: foreign }
infrastructures: { cluster-eu-1: { cluster: eu-1 }, risk-ns: { cluster: eu-1, namespace: risk } }
harness: { base_url: '${harness}', account: acme, org: payments, project: releases, api_key: '\${HARNESS_API_KEY}' }
`;

const batch = `
version: v1.0
metadata: { name: Autumn release }
strategy: { max_concurrency: 10 }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 3600, retry_count: 0 }
deployments:
  - pillar: clearing
    service_name: trade-intake
    docker_image_version: 5.1.3
    metadata: { health_check: { path: /ready, port: 8080, timeout: 300 } }
  - { pillar: clearing, service_name: netting-engine, docker_image_version: 4.2.0-missing, metadata: { rollback_strategy: automatic } }
  - { pillar: risk, service_name: position-store, docker_image_version: 1.8.0, infrastructure_id: risk-ns }
  - { pillar: clearing, service_name: far-away, docker_image_version: 1.0.0, infrastructure_id: dead }
  - { pillar: clearing, service_name: locked-out, docker_image_version: 1.0.0, infrastructure_id: refusing }
  - { pillar: clearing, service_name: distrusted, docker_image_version: 1.0.0, infrastructure_id: foreign }
`;

interface Deployment {
  readonly key: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly attempts: number;
  readonly runs: readonly { readonly key: string; readonly url: string; readonly status: string }[];
  readonly evidence: readonly { readonly kind: string; readonly reason: string; readonly message: string }[];
  readonly failure?: { readonly reason: string };
  readonly release_before?: string;
  readonly release_after?: string;
  readonly ended_at?: string;
}

/** All output of the program while it ran one batch to its end. */
interface Told {
  readonly batchId: string;
  readonly deployments: Readonly<Record<string, Deployment>>;
  /** Deployments that waited for an unreachable cluster after all others had ended: then the batch was cancelled. */
  readonly held: readonly Deployment[];
  readonly answers: string;
  readonly output: string;
  readonly data: string;
}

let harness = '';
let harnessFront = '';
let authority = '';

beforeAll(async () => {
  const [ofHarness, ofCluster, ofOthers] = await Promise.all([
    makeCertificates(folder, 'harness'),
    makeCertificates(folder, 'cluster'),
    makeCertificates(folder, 'others'),
  ]);
  writeFileSync(join(folder, 'seed.json'), JSON.stringify(running));
  const cluster = await urlOf(
    start('lib/simulators/cluster/main.ts', ['--seed', join(folder, 'seed.json'), '--exit-with-stdin']),
  );
  const triggers = [`deploy_clearing/flotilla=${secrets.webhookToken}`, 'deploy_risk/unused'];
  harness = await urlOf(
    start('lib/simulators/harness/main.ts', [
      ...['--api-key', secrets.apiKey, '--mandate-key', '--cluster', `eu-1=${cluster}`, '--exit-with-stdin'],
      ...['--stage-milliseconds', '200', ...triggers.flatMap((trigger) => ['--trigger', trigger])],
    ]),
  );
  harnessFront = await front(ofHarness, harness);
  const clusterFront = await front(ofCluster, cluster, ['--bearer', secrets.bearer]);
  authority = ofHarness.authority;
  const reached = { server: clusterFront, authority: ofCluster.authority, token: secrets.bearer };
  const clusters = {
    'eu-1': reached,
    dead: { ...reached, server: await deadAddress() },
    refusing: { ...reached, token: 'expired-token' },
    foreign: { ...reached, authority: ofOthers.authority },
  };
  writeFileSync(join(folder, 'kubeconfig.yaml'), kubeconfig(clusters));
  writeFileSync(join(folder, 'flotilla.config.yaml'), configuration(harnessFront));
});

afterAll(async () => {
  await Promise.all(children.map((child) => child.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** `flotilla serve`, as a user starts it, and one batch to its end. */
const runBatch = async (name: string, apiKey: string, text: string): Promise<Told> => {
  const data = join(folder, name);
  mkdirSync(data);
  const env = { HARNESS_API_KEY: apiKey, CLEARING_TOKEN: secrets.webhookToken, NODE_EXTRA_CA_CERTS: authority };
  const config = join(folder, 'flotilla.config.yaml');
  const server = start('bin/flotilla.ts', ['serve', '--port', '0', '--data', data, '--config', config], env);
  const [, url] = await server.says(/listens on (http:\/\/\S+?),/);
  const authorization = `Bearer ${readFileSync(join(data, 'token'), 'utf8').trim()}`;
  const answers: string[] = [];
  const ask = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const headers = { authorization, ...init?.headers };
    const answer = await (await fetch(`${url}${path}`, { ...init, headers })).text();
    answers.push(answer);
    return JSON.parse(answer) as T;
  };
  // The only place with that word, to say that nothing is simulated.
  const health = await (await fetch(`${url}/health`, { headers: { authorization } })).json();
  const waiting = { start: { count: 0 }, read: { count: 0 } };
  expect(health).toEqual({
    ...{ status: 'ok', simulated: { harness: false, clusters: [] }, unverified: { clusters: [] }, rights: [] },
    budgets: [{ account: 'harness:acme', limit: 300, allowed: 300, waiting }],
    trouble: [],
  });
  const headers = { 'content-type': 'application/yaml' };
  const { batch_id } = await ask<{ batch_id: string }>('/batches', { method: 'POST', body: text, headers });
  if (batch_id === undefined) throw new Error(`the batch was refused: ${answers.at(-1)}`);
  const readDeployments = async () =>
    (await ask<{ deployments: Deployment[] }>(`/batches/${batch_id}/deployments`)).deployments;
  let held: readonly Deployment[] = [];
  for (let after = 0, ended = false; !ended; ) {
    const page = `/batches/${batch_id}/events?after=${after}&wait=20&limit=1000`;
    const feed = await ask<{ next_after: number; ended: boolean }>(page);
    ({ next_after: after, ended } = feed);
    const open = (await readDeployments()).filter(({ ended_at }) => ended_at === undefined);
    if (held.length > 0 || open.length === 0 || open.some(({ reason }) => reason !== 'ClusterUnavailable')) continue;
    held = open;
    await ask(`/batches/${batch_id}/cancel`, { method: 'POST' });
  }
  await ask(`/batches/${batch_id}`);
  const deployments = await readDeployments();
  const { code } = await server.stop('SIGTERM');
  expect(code).toBe(0);
  // An example would start real pipelines.
  expect(server.output).toContain(`flotilla plan YOUR-BATCH.yaml --url ${url}`);
  expect(server.output).not.toContain('examples/');
  return {
    batchId: batch_id,
    held,
    deployments: Object.fromEntries(deployments.map((deployment) => [deployment.key, deployment])),
    answers: answers.join('\n'),
    output: server.output,
    data,
  };
};

const filesOf = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));

/** None of these words in any output, answer or store. */
const expectNowhere = ({ answers, output, data }: Told, words: readonly string[]): void => {
  const files = filesOf(data);
  const whereIs = (word: string): readonly string[] => {
    const has = (text: string): boolean => text.toLowerCase().includes(word.toLowerCase());
    const places = { printed: has(output), answered: has(answers), stored: files.some(has) };
    return Object.entries(places).flatMap(([place, found]) => (found ? [place] : []));
  };
  // Proof that the search works.
  expect([whereIs('trade-intake'), whereIs('Flotilla listens on')]).toEqual([['answered', 'stored'], ['printed']]);
  for (const word of words) expect([word, ...whereIs(word)]).toEqual([word]);
};

/** How often Harness ran each attempt of the batch, by its own count. */
const runsOf = async ({ batchId }: Told): Promise<readonly number[]> => {
  const { by_key } = (await (await fetch(`${harness}/simulator/runs`)).json()) as { by_key: Record<string, number> };
  return Object.entries(by_key).flatMap(([key, count]) => (key.startsWith(batchId) ? [count] : []));
};

const farAway = /cluster dead \(127\.0\.0\.1:\d+\) cannot be asked: nothing listens there \(ECONNREFUSED\)/;
const unreachable: Readonly<Record<string, RegExp>> = {
  'locked-out': /: ClusterUnavailable: cluster refusing .* does not accept our credentials/,
  distrusted: /: ClusterUnavailable: cluster foreign .* certificate.*certificate-authority-data/,
};

describe.concurrent('the program with a configuration that names a Harness account and clusters', () => {
  it('drives them, and reports the outcome without a secret', async () => {
    const told = await runBatch('data', secrets.apiKey, batch);
    const { deployments } = told;
    const intake = deployments['clearing/trade-intake']!;
    expect(intake).toMatchObject({ status: 'SUCCESS', reason: 'Verified', attempts: 1, release_after: '5.1.3' });
    expect(intake.message).toContain('Health: ');
    expect(intake.runs[0]!.url).toContain(`${harnessFront}/ng/#/account/acme/`);

    const netting = deployments['clearing/netting-engine']!;
    expect(netting).toMatchObject({ status: 'FAILED', reason: 'RestoredPreviousRelease' });
    expect(netting).toMatchObject({ release_before: '4.1.0', release_after: '4.1.0' });
    expect(netting.failure).toMatchObject({ reason: 'ImagePullBackOff' });
    const [waiting, ...warnings] = netting.evidence;
    expect(waiting).toMatchObject({
      kind: 'pod',
      container: 'app',
      reason: expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/),
    });
    expect(new Set(warnings.map(({ kind, reason }) => `${kind} ${reason}`))).toEqual(new Set(['event Failed']));
    expect(waiting!.message).toContain('4.2.0-missing');
    expect(netting.runs.map(({ status }) => status)).toEqual(['Success', 'Success']);

    expect(deployments['risk/position-store']).toMatchObject({
      status: 'SUCCESS',
      reason: 'Verified',
      release_before: '1.7.0',
      release_after: '1.8.0',
    });

    for (const [name, cause] of Object.entries(unreachable)) {
      const { status, reason, attempts, message } = deployments[`clearing/${name}`]!;
      expect({ status, reason, attempts }).toEqual({ status: 'FAILED', reason: 'NotStarted', attempts: 0 });
      expect(message).toMatch(cause);
      expect(message).not.toMatch(/errorType|trace/);
    }

    // It may be back in a moment: nothing was started, and it waits.
    expect(told.held.map(({ key, reason }) => `${key} ${reason}`)).toEqual(['clearing/far-away ClusterUnavailable']);
    expect(told.held[0]!.message).toMatch(farAway);
    expect(deployments['clearing/far-away']).toMatchObject({ status: 'CANCELLED', attempts: 0 });

    expect(await runsOf(told)).toEqual([1, 1, 1, 1]);
    expectNowhere(told, ['simulated', ...Object.values(secrets)]);
  });

  it('says clearly that Harness does not accept its key', async () => {
    const wrongKey = 'pat.acct.0123456789abcdef.0utd4t3d';
    const [head, first, , third] = batch.split(/\n(?= {2}- )/) as [string, string, string, string];
    const told = await runBatch('data-of-wrong-key', wrongKey, [head, first, third].join('\n'));
    const { deployments } = told;
    expect(Object.keys(deployments)).toEqual(['clearing/trade-intake', 'risk/position-store']);
    for (const { status, reason, message, attempts } of Object.values(deployments)) {
      expect({ status, reason, attempts }).toEqual({ status: 'FAILED', reason: 'ExecutorRejected', attempts: 1 });
      expect(message).toMatch(/401.*Token is not valid|INVALID_TOKEN/);
    }
    expect(await runsOf(told)).toEqual([]);
    expectNowhere(told, ['simulated', wrongKey, ...Object.values(secrets)]);
  });
});
