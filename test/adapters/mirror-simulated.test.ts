import { afterAll, beforeAll, test } from 'vitest';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { KubeClient } from '../cluster/kube-client.ts';
import { mirrorCases, runMirrorCase } from './mirror-cases.ts';

let simulated: SimulatedCluster;
let client: KubeClient;

beforeAll(async () => {
  simulated = await startSimulatedCluster({ tickMilliseconds: 10, podStartMilliseconds: 30 });
  client = new KubeClient({ url: simulated.url });
});
afterAll(async () => {
  client.close();
  await simulated.close();
});

test.each(mirrorCases.map((one) => [one.name, one] as const))(
  'mirrors the simulated cluster: %s',
  async (_, one) => {
    const cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ server: simulated.url }));
    await runMirrorCase({ cluster, client }, one);
  },
  120_000,
);
