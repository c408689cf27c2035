import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/local/load-configuration.ts';
import { type Runtime, startRuntime } from '../../lib/local/runtime.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { run } from '../cli/cli-world.ts';

/** The steps of docs/first-steps.md with only a kubeconfig, on a simulated cluster. */

const section = readFileSync('docs/first-steps.md', 'utf8')
  .split('## With a kubeconfig and nothing else')[1]!
  .split('\n## ')[0]!;
const commandOf = (begin: string): readonly string[] => {
  const line = section.split('\n').find((one) => one.replace('$ ', '').startsWith(`flotilla ${begin}`));
  if (line === undefined) throw new Error(`docs/first-steps.md has no flotilla ${begin}`);
  return line
    .replace('$ ', '')
    .replace(/ *#.*$/, '')
    .split(' ')
    .slice(1);
};

const directory = mkdtempSync(join(tmpdir(), 'flotilla-kubeconfig-'));
let cluster: SimulatedCluster;
let runtime: Runtime | undefined;

beforeAll(async () => {
  cluster = await startSimulatedCluster({
    ...{ tickMilliseconds: 20, podStartMilliseconds: 50 },
    seed: [
      {
        kind: 'deployment',
        namespace: 'shop',
        name: 'web',
        image: 'registry.example/web:1.2',
        replicas: 2,
        probe: true,
      },
      { kind: 'statefulset', namespace: 'shop', name: 'db', image: 'registry.example/db:16', replicas: 1, probe: true },
    ],
  });
  const kubeconfig = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'kind-kind' },
    clusters: [{ name: 'kind-kind', cluster: { server: cluster.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user: {} }],
    contexts: [{ name: 'kind-kind', context: { cluster: 'kind-kind', user: 'me' } }],
  };
  writeFileSync(join(directory, 'kube.yaml'), JSON.stringify(kubeconfig));
});
afterAll(async () => {
  await runtime?.close();
  await cluster.close();
  rmSync(directory, { recursive: true });
});

const imageOf = async (): Promise<string> => {
  const answer = await fetch(`${cluster.url}/apis/apps/v1/namespaces/shop/deployments/web`);
  return ((await answer.json()) as never as { spec: { template: { spec: { containers: { image: string }[] } } } }).spec
    .template.spec.containers[0]!.image;
};

test('init writes what runs there, a version is deployed, verified, and put back where it fails', async () => {
  const env = { KUBECONFIG: join(directory, 'kube.yaml') };
  const written = await run(commandOf('init'), { directory, env });
  expect(written.out[0]).toBe(section.split('\n').find((line) => line.startsWith('Wrote ')));
  const { configuration } = loadConfiguration({ directory, env: {} });
  const pace = { pollExecutor: 50, pollCluster: 50, survey: 100 };
  runtime = await startRuntime({ port: 0, data: join(directory, 'data'), configuration, pace });
  const flotilla = (argv: readonly string[]) => run(argv, { directory, env: { FLOTILLA_URL: runtime!.url } });
  const previewed = await flotilla(commandOf('preview'));
  expect([previewed.status, previewed.out.join('\n')]).toEqual([0, expect.stringContaining('Deployment shop/web')]);
  const deployed = await flotilla(commandOf('deploy'));
  expect([deployed.status, deployed.out.at(-4)]).toEqual([0, expect.stringMatching(/^Batch .*: shop\/web 1\.3$/)]);
  expect(await imageOf()).toBe('registry.example/web:1.3');
  const failing = commandOf('deploy').map((word) => word.replace('=1.3', '=1.4-missing'));
  const failed = await flotilla([...failing, '--idempotency-key', 'second']);
  expect(failed.status).toBe(1);
  expect(failed.out.join('\n')).toContain('FAILED shop/web: RestoredPreviousRelease');
  expect(await imageOf()).toBe('registry.example/web:1.3');
  const { status, out } = await flotilla(commandOf('targets'));
  expect([status, out[0]]).toEqual([0, 'Nothing that was verified has drifted, as far as the last surveys have seen.']);
});
