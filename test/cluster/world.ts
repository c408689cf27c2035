import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import type { Case } from './case.ts';
import { startControlPlane } from './control-plane.ts';
import { defineResources } from './definitions.ts';
import { FakeKubelet } from './fake-kubelet.ts';
import { Flotilla } from './flotilla.ts';
import { KubeClient } from './kube-client.ts';
import { Pipeline } from './pipeline.ts';
import { Recorder } from './recorder.ts';
import { Scene } from './scene.ts';

/** A cluster, Flotilla that deploys to it, and other observers. */
export interface World {
  readonly name: 'real' | 'simulated';
  readonly scenes: ReadonlyMap<string, Scene>;
  readonly flotilla: Flotilla;
  readonly pipeline: Pipeline;
  readonly recorder: Recorder;
  readonly client: KubeClient;
  /** kubectl's options for this cluster. */
  readonly kubectl: readonly string[];
  close(): Promise<void>;
}

interface Cluster {
  readonly client: KubeClient;
  readonly connection: { readonly kubeconfig: string } | { readonly simulated: string };
  readonly kubectl: readonly string[];
  restart(): Promise<void>;
  close(): Promise<void>;
}

const worldOf = async (
  name: World['name'],
  cluster: Cluster,
  { folder, cases }: { readonly folder: string; readonly cases: readonly Case[] },
): Promise<World> => {
  const { client, connection, kubectl, restart } = cluster;
  const scenes = new Map(cases.map((one) => [one.name, new Scene(client, one, restart)]));
  const pipeline = new Pipeline(scenes);
  const flotilla = await Flotilla.start({ folder, cases, connection, executor: pipeline });
  const recorder = new Recorder(client);
  const close = async (): Promise<void> => {
    recorder.stop();
    await flotilla.close();
    client.close();
    await cluster.close();
  };
  return { name, scenes, flotilla, pipeline, recorder, client, kubectl, close };
};

interface Start {
  readonly folder: string;
  readonly cases: readonly Case[];
}

export const startReal = async (program: string, { folder, cases }: Start): Promise<World> => {
  const plane = await startControlPlane(program, folder);
  const kubelet = new FakeKubelet(new KubeClient(plane.server));
  await kubelet.start(folder);
  const client = new KubeClient(plane.server);
  await defineResources(client);
  const { kubeconfig } = plane;
  const cluster = {
    client,
    connection: { kubeconfig },
    kubectl: ['--kubeconfig', kubeconfig],
    restart: () => plane.restartApiServer(),
    close: () => {
      kubelet.stop();
      return plane.stop();
    },
  };
  return worldOf('real', cluster, { folder, cases });
};

export const startSimulated = async ({ folder, cases }: Start): Promise<World> => {
  mkdirSync(join(folder), { recursive: true });
  const { url, restartApiServer, close } = await startSimulatedCluster();
  const cluster = {
    client: new KubeClient({ url }),
    connection: { simulated: url },
    kubectl: ['--server', url, '--kubeconfig', '/dev/null'],
    restart: async () => restartApiServer(),
    close,
  };
  return worldOf('simulated', cluster, { folder, cases });
};
