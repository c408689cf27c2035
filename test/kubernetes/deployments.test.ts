import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { KubeClient } from '../cluster/kube-client.ts';
import { everyCase } from './every-case.ts';
import { type LocalWorld, startLocalWorld } from './local-world.ts';
import { stageOf } from './stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'flotilla-kubernetes-'));
let cluster: SimulatedCluster;
let client: KubeClient;
let world: LocalWorld;

beforeAll(async () => {
  cluster = await startSimulatedCluster({ tickMilliseconds: 5, podStartMilliseconds: 5 });
  client = new KubeClient({ url: cluster.url });
  const namespaces = everyCase.flatMap(({ name }) => [name, `${name}-own`]);
  world = await startLocalWorld({ folder, namespaces, cluster: { simulated: cluster.url } });
});

afterAll(async () => {
  await world.close();
  client.close();
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.concurrent('without Harness, on the simulated cluster', () => {
  it.each(everyCase)('$name', async ({ name, run, expected }) => {
    const stage = await stageOf({ namespace: name, client, source: { server: cluster.url }, world });
    expect(await run(stage)).toEqual(expected);
  });
});
