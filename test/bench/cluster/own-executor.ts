import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../cluster/kube-client.ts';
import { deployment } from '../../executors/kubernetes-texts.ts';
import { startLocalWorld } from '../../kubernetes/local-world.ts';
import type { Measurement } from '../plan.ts';
import { timed } from './tools.ts';

const count = 50;
/** Parallel runs of kubectl, as in a script. */
const atOnce = 10;
const names = Array.from({ length: count }, (_, nth) => `web-${nth}`);

interface Bench {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  readonly folder: string;
  readonly kubectl: string;
}

/**
 * 50 Deployments get another version: with the executor `kubernetes`, in one batch, and with `kubectl apply
 * --server-side` and `kubectl rollout status`. Milliseconds from the first request to the last verdict.
 */
export const measureOwnExecutor = async (bench: Bench): Promise<readonly Measurement[]> => {
  const flotilla = await byFlotilla(bench);
  const kubectl = await byKubectl(bench);
  return [
    { name: `${count} deployments: flotilla`, value: flotilla, unit: 'ms' },
    { name: `${count} deployments: kubectl, ${atOnce} at once`, value: kubectl, unit: 'ms' },
    { name: `${count} deployments: flotilla to kubectl`, value: flotilla / kubectl, unit: 'ratio' },
  ];
};

const byFlotilla = async ({ client, kubeconfig, folder }: Bench): Promise<number> => {
  const namespace = 'own-flotilla';
  await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
  const own = join(folder, namespace);
  mkdirSync(own);
  const world = await startLocalWorld({
    folder: own,
    namespaces: [namespace],
    cluster: { kubeconfig },
    services: names,
  });
  const release = async (version: string): Promise<number> => {
    const began = Date.now();
    const where = { infrastructure_id: namespace, environment_id: namespace, docker_image_version: version };
    const batch = names.map((name) => ({ ...where, service_name: name, manifests: deployment(name) }));
    const ended = await world.deployAll(batch);
    const bad = ended.filter(({ status }) => status !== 'SUCCESS');
    if (bad.length > 0) throw new Error(`${bad.length} did not succeed: ${bad[0]!.message}`);
    return Math.max(...ended.map(({ ended_at }) => Date.parse(ended_at))) - began;
  };
  await release('1');
  const took = await release('2');
  await world.close();
  return took;
};

const byKubectl = async ({ client, kubeconfig, folder, kubectl }: Bench): Promise<number> => {
  const namespace = 'own-kubectl';
  await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
  const flags = ['--kubeconfig', kubeconfig, '-n', namespace];
  const release = async (version: string): Promise<number> => {
    const began = Date.now();
    const waiting = [...names];
    const work = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const file = join(folder, `${name}-${version}.yaml`);
        writeFileSync(file, deployment(name, { image: `registry.example/${name}:${version}` }));
        const ends = [
          await timed(kubectl, [...flags, 'apply', '--server-side', '-f', file]),
          await timed(kubectl, [...flags, 'rollout', 'status', `deployment/${name}`]),
        ];
        if (ends.some(({ status }) => status !== 0)) throw new Error(`kubectl failed for ${name}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return Date.now() - began;
  };
  await release('1');
  await sleep(1_000);
  return release('2');
};
