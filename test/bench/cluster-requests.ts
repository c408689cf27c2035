import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { obtainControlPlane } from '../cluster/build.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { FakeKubelet } from '../cluster/fake-kubelet.ts';
import { KubeClient } from '../cluster/kube-client.ts';
import { manifestOf } from '../cluster/manifest.ts';
import type { Drive } from './benchmarks.ts';
import { CountingProxy, type Verb } from './cluster/counting-proxy.ts';
import { BuildServer, notedEnds } from './harness/build-server.ts';
import { clusterFlag, keyVariable, kubeconfigText } from './harness/given-files.ts';
import type { Measurement } from './plan.ts';
import { startProgram } from './programs.ts';

const inFlight = 100;
const namespaces = 5;
const minute = 60_000;
/** Never ready: it stays in flight as long as it is watched. */
const tag = '2.0.0-notready';

const nameOf = (at: number): string => `service-${at}`;
const namespaceOf = (at: number): string => `team-${at % namespaces}`;

const configurationText = (harness: string): string => {
  const services = Object.fromEntries(
    Array.from({ length: inFlight }, (_, at) => [nameOf(at), { kind: 'deployment', namespace: namespaceOf(at) }]),
  );
  return JSON.stringify({
    services: { shared: services },
    pillars: { shared: { harness: { pipeline: 'deploy', mode: 'execute' } } },
    clusters: { 'bench-1': { kubeconfig: './kubeconfig.json' } },
    harness: {
      ...{ base_url: harness, account: 'bench', org: 'default', project: 'bench' },
      api_key: `\${${keyVariable}}`,
    },
  });
};

const batchText = (): string =>
  JSON.stringify({
    version: 'v1.0',
    defaults: {
      ...{ environment_id: 'bench', infrastructure_id: 'bench-1', docker_artifact_type: 'docker' },
      ...{ timeout: 3_600, retry_count: 0 },
    },
    strategy: { max_concurrency: inFlight },
    deployments: Array.from({ length: inFlight }, (_, at) => ({
      ...{ pillar: 'shared', service_name: nameOf(at), docker_image_version: tag },
    })),
  });

const deployAll = async (client: KubeClient): Promise<void> => {
  for (let at = 0; at < namespaces; at += 1)
    await client.post('/api/v1/namespaces', {
      ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(at) } },
    });
  for (let at = 0; at < inFlight; at += 1) {
    const [name, namespace] = [nameOf(at), namespaceOf(at)];
    const spec = { replicas: 1, progressDeadlineSeconds: 3_600 };
    const one = { name, to: '1.0.0', spec, expect: { status: 'SUCCESS', reason: 'Verified' } } as const;
    const manifest = manifestOf(one, `registry.example/${name}:1.0.0`);
    manifest.metadata.namespace = namespace;
    await client.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, manifest);
  }
};

/** Requests of a build to an API server within a minute, with this many rollouts in flight. */
const countMinute = async (build: string, folder: string, plane: ControlPlane): Promise<Record<Verb, number>> => {
  const [ours, theirs] = await Promise.all([CountingProxy.start(plane.server), CountingProxy.start(plane.server)]);
  const main = join(import.meta.dirname, '../../lib/simulators/harness/main.ts');
  const flags = ['--exit-with-stdin', '--stage-milliseconds', '500', '--cluster', clusterFlag(theirs.url)];
  const harness = await startProgram(process.execPath, [main, ...flags], { cwd: folder });
  const { url } = harness.told as { readonly url: string };
  writeFileSync(join(folder, 'flotilla.config.yaml'), configurationText(url));
  writeFileSync(join(folder, 'kubeconfig.json'), kubeconfigText({ harness: url, cluster: ours.url }));
  const server = await BuildServer.start(build, folder);
  try {
    const batch = await server.submit(batchText());
    while (notedEnds(await server.events(batch)).size < inFlight) await sleep(1_000);
    await sleep(5_000);
    const before = ours.counts;
    await sleep(minute);
    const after = ours.counts;
    if ((await server.countOpen(batch)) < inFlight) throw new Error('not all of them stayed in flight');
    return { list: after.list - before.list, watch: after.watch - before.watch, other: after.other - before.other };
  } finally {
    await server.stop();
    await harness.stop();
    for (const proxy of [ours, theirs]) proxy.close();
  }
};

/** How many requests a build sends to a real API server. */
export const driveClusterRequests: Drive = async (build) => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const plane = await startControlPlane(await obtainControlPlane(), folder);
  const client = new KubeClient(plane.server);
  const kubelet = new FakeKubelet(new KubeClient(plane.server));
  try {
    await kubelet.start(folder);
    await deployAll(client);
    const counts = await countMinute(build, folder, plane);
    const sum = counts.list + counts.watch + counts.other;
    return [
      { name: `requests a minute, ${inFlight} in flight`, value: sum, unit: 'requests' },
      ...Object.entries(counts).map(
        ([verb, value]): Measurement => ({ name: `of these ${verb}`, value, unit: 'requests' }),
      ),
    ];
  } finally {
    kubelet.stop();
    client.close();
    await plane.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};
