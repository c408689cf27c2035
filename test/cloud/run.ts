import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { anchorName } from '../../lib/domain/record/anchor-name.ts';
import { makeCertificates } from '../certificates.ts';
import { Child } from '../e2e/child.ts';
import { running } from '../example.ts';
import { Cdk, type Outputs, outputOf, stacks } from './cdk.ts';
import type { Clients } from './clients.ts';
import { account, type Cloud, clientsOf, region, secretAccessKey, stage } from './cloud.ts';
import { applyCatalogue, eksCluster, ledger, placed, secrets, settingsText, standingIn } from './configuration.ts';
import { type Eks, startEks } from './eks.ts';
import { installEmulator, startEmulator } from './emulator.ts';
import { checkLeaving } from './leaving.ts';
import { makePartnerRole } from './partner.ts';
import { startStates } from './states.ts';
import { Steps } from './steps.ts';

/**
 * Deploys the stacks into an emulated account with the real command line, runs batches on them, and deletes them again.
 * docs/verified.md lists what stands in for what. Arguments: names of tests; default all.
 */
const root = join(import.meta.dirname, '..', '..');
const steps = new Steps();

/** Starts a program that prints its address in its first line. */
const startServer = async (held: AsyncDisposableStack, file: string, args: readonly string[]): Promise<string> => {
  const child = new Child(file, { args });
  held.defer(async () => {
    await child.stop();
  });
  const told = await child.answer<{ url: string }>();
  if (told === undefined) throw new Error(`${file} ended at its start:\n${child.output}`);
  return told.url;
};

const startHarness = (held: AsyncDisposableStack, cluster: string): Promise<string> =>
  startServer(held, 'lib/simulators/harness/main.ts', [
    ...['--exit-with-stdin', '--api-key', secrets.HARNESS_API_KEY, '--mandate-key', '--stage-milliseconds', '300'],
    ...['--trigger', `deploy_clearing/flotilla=${secrets.CLEARING_TOKEN}`, '--trigger', 'deploy_risk/unused'],
    ...['--cluster', `eu-1=${cluster}`],
  ]);

/** HTTPS in front of the simulated cluster. It accepts tokens for that EKS cluster. */
const startApiServer = async (held: AsyncDisposableStack, folder: string, cluster: string, of = eksCluster) => {
  const { key, certificate, authority } = await makeCertificates(folder, of);
  const endpoint = await startServer(held, 'test/e2e/tls-front.ts', [
    ...['--key', key, '--certificate', certificate, '--target', cluster],
    ...['--eks-cluster', of, '--eks-region', region, '--eks-secret', secretAccessKey],
  ]);
  return { endpoint, authority: readFileSync(authority, 'utf8') };
};

/** A cluster of its own for each that is asked from a place. Returns their own addresses. */
const startPlaced = async (held: AsyncDisposableStack, folder: string, eks: Eks): Promise<Cloud['placed']> => {
  const started: Record<string, string> = {};
  for (const [name, { eks: of, service }] of Object.entries(placed)) {
    const seed = join(folder, `seed-${name}.json`);
    writeFileSync(seed, JSON.stringify([standingIn(service)]));
    const cluster = await startServer(held, 'lib/simulators/cluster/main.ts', ['--exit-with-stdin', '--seed', seed]);
    eks.add(of, await startApiServer(held, folder, cluster, of));
    started[name] = cluster;
  }
  return started as Cloud['placed'];
};

/** All addresses of the deployment. */
const locate = (
  outputs: Outputs,
  places: Pick<Cloud, 'emulator' | 'engine' | 'harness' | 'cluster' | 'placed' | 'folder'>,
): Cloud => {
  const of = (stack: string, name: RegExp): string => outputOf(outputs, { stage, stack, name });
  return {
    ...places,
    api: `${places.emulator}/_aws/execute-api/${of('application', /^ApiId$/)}`,
    table: of('state', /RefTable/),
    documents: of('state', /^DocumentsBucket$/),
    bus: of('state', /^BusName$/),
    anchors: of('state', /^AnchorsBucket$/),
    anchorKey: of('state', /^AnchorKeyArn$/),
    topic: of('observability', /^NotificationsTopic$/),
    pool:
      of('state', /TokensPool.*ProviderName/)
        .split('/')
        .at(-1) ?? '',
    poolClient: of('state', /RefTokensPoolClient(?!ClearingCi|RiskCi)/),
    teams: {
      clearing: of('state', /RefTokensPoolClientClearingCi/),
      risk: of('state', /RefTokensPoolClientRiskCi/),
    },
    peopleClient: of('state', /RefTokensPoolPeopleClient/),
    batchMachine: machineArn(of('application', /^BatchMachineName$/)),
    watchMachine: machineArn(of('application', /^WatchMachineName$/)),
    previewMachine: machineArn(of('application', /^PreviewMachineName$/)),
  };
};

const machineArn = (name: string): string => `arn:aws:states:${region}:${account}:stateMachine:${name}`;

const runTests = async (cloud: Cloud): Promise<void> => {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const args = [vitest, 'run', '--config', config, '--root', root, ...process.argv.slice(2)];
  const env = { ...process.env, FLOTILLA_CLOUD: JSON.stringify(cloud) };
  const [status] = await once(spawn(process.execPath, args, { stdio: 'inherit', env }), 'exit');
  assert.equal(status, 0, 'tests of the deployed system failed');
};

/** Background work: the schedule calls its function, and the functions of the streams have not failed. */
const checkBackground = async (log: () => string): Promise<void> => {
  const linesOf = (what: RegExp): readonly string[] =>
    log()
      .split('\n')
      .filter((line) => what.test(line));
  const swept = new RegExp(`EventBridge → Lambda \\S*flotilla-${stage}-sweep: dispatched`);
  const isSwept = (): boolean => linesOf(swept).length > 0;
  for (const since = Date.now(); !isSwept() && Date.now() - since < 90_000; ) await sleep(500);
  assert.ok(isSwept(), 'the schedule has called the sweeper');
  assert.deepEqual(linesOf(/Lambda \S+ failed processing/), []);
  assert.deepEqual(linesOf(/is not authorized to perform/), []);
};

/** The data outlives its stack. */
const checkKept = async (clients: Clients, { table, documents, anchors }: Cloud): Promise<void> => {
  const { Count } = await clients.dynamo.send(new ScanCommand({ TableName: table, Select: 'COUNT' }));
  assert.ok((Count ?? 0) > 0);
  await clients.s3.send(new HeadObjectCommand({ Bucket: documents, Key: 'configuration.json' }));
  await clients.s3.send(new HeadObjectCommand({ Bucket: anchors, Key: anchorName(1) }));
};

const main = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-cloud-'));
  await using held = new AsyncDisposableStack();
  held.defer(async () => rmSync(folder, { recursive: true, force: true }));

  const python = await steps.run('MiniStack installed', () => installEmulator(folder));
  let clients: Clients | undefined;
  const states = await startStates({ folder, clients: () => clients! });
  held.defer(() => states.close());
  const eks = await startEks();
  held.defer(() => eks.close());
  const emulator = await steps.run('MiniStack started', () =>
    startEmulator({ python, folder, env: { AWS_ENDPOINT_URL_SFN: states.url, AWS_ENDPOINT_URL_EKS: eks.url } }),
  );
  held.defer(() => emulator.close());
  clients = clientsOf({ emulator: emulator.url, engine: states.url });

  const settingsFile = join(folder, 'settings.yaml');
  writeFileSync(settingsFile, settingsText());
  const settings = ['clients=ci,clearing-ci,risk-ci', `config=${settingsFile}`];
  const cdk = new Cdk(folder, emulator.url, { settings });
  await steps.run('cdk bootstrap', () => cdk.run('bootstrap', `aws://${account}/${region}`));
  const outputs = await steps.run('cdk deploy', () => cdk.deploy());

  const cloud = await steps.run('configured', async () => {
    const seed = join(folder, 'seed.json');
    writeFileSync(seed, JSON.stringify([...running, ledger]));
    const args = ['--exit-with-stdin', '--seed', seed];
    const cluster = await startServer(held, 'lib/simulators/cluster/main.ts', args);
    eks.add(eksCluster, await startApiServer(held, folder, cluster));
    const seeded = await startPlaced(held, folder, eks);
    await makePartnerRole(emulator.url);
    const urls = {
      emulator: emulator.url,
      engine: states.url,
      harness: await startHarness(held, cluster),
      cluster,
      placed: seeded,
    };
    const located = locate(outputs, { ...urls, folder });
    const machines = [located.batchMachine, located.watchMachine, located.previewMachine];
    for (const arn of machines) assert.equal(await states.take(arn), arn);
    await applyCatalogue(folder, located);
    return located;
  });
  await Promise.all([
    steps.run('batches', () => runTests(cloud)),
    steps.run('a stage that leaves nothing', () => checkLeaving(clients, { folder, emulator: emulator.url })),
  ]);
  // Without change sets, which take the emulator 8 s for each stack.
  await steps.run('cdk diff', () => cdk.run('diff', ...stacks, '--fail', '--method', 'template'));
  await steps.run('the schedule', () => checkBackground(() => emulator.log()));
  await steps.run('cdk destroy', () => cdk.destroy());
  await checkKept(clients, cloud);
};

try {
  await main();
} finally {
  console.log(`\n${steps.table()}`);
}
