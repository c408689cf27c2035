import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { loadConfiguration } from '../../lib/local/load-configuration.ts';
import { startRuntime } from '../../lib/local/runtime.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import type { DeploymentView } from '../../lib/usecases/deployment/deployment-view.ts';

export interface LocalWorld {
  readonly cluster: SimulatedCluster;
  readonly url: string;
  /** What runs there, and is in order. */
  seed(workloads: readonly object[]): Promise<void>;
  submit(deployments: readonly object[], more?: object): Promise<string>;
  ended(batchId: string): Promise<readonly DeploymentView[]>;
  run(deployments: readonly object[], more?: object): Promise<readonly DeploymentView[]>;
}

/** Flotilla on one machine, without Harness, and a simulated cluster that it deploys to. For a test: both end with it. */
export const startLocalWorld = async (configuration: object = {}): Promise<LocalWorld> => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-kubernetes-'));
  const cluster = await startSimulatedCluster({ tickMilliseconds: 5, podStartMilliseconds: 5 });
  const file = join(folder, 'flotilla.config.yaml');
  writeFileSync(file, JSON.stringify({ clusters: { kube: { simulated: true } }, ...configuration }));
  const { configuration: loaded } = loadConfiguration({ file, directory: folder, env: {} });
  const runtime = await startRuntime({
    port: 0,
    data: join(folder, 'data'),
    configuration: loaded,
    simulators: { clusters: { kube: cluster.url } },
    pace: { pollExecutor: 50, pollCluster: 50 },
  });
  onTestFinished(async () => {
    await runtime.close();
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const submit = async (deployments: readonly object[], more: object = {}): Promise<string> => {
    const whole = deployments.map((one) => ({ ...usual, ...one }));
    const body = JSON.stringify({ version: 'v1.0', deployments: whole, ...more });
    const response = await fetch(`${runtime.url}/batches`, {
      ...{ method: 'POST', body },
      headers: { 'content-type': 'application/json' },
    });
    const answer = (await response.json()) as { readonly batch_id: string };
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer.batch_id;
  };
  const ended = async (batchId: string): Promise<readonly DeploymentView[]> => {
    for (;;) {
      const batch = (await (await fetch(`${runtime.url}/batches/${batchId}`)).json()) as { readonly ended_at?: string };
      if (batch.ended_at !== undefined) break;
      await sleep(20);
    }
    const answer = await (await fetch(`${runtime.url}/batches/${batchId}/deployments`)).json();
    return (answer as { readonly deployments: readonly DeploymentView[] }).deployments;
  };
  return {
    ...{ cluster, url: runtime.url, submit, ended },
    seed: async (workloads) => {
      const sent = { method: 'POST', body: JSON.stringify(workloads) };
      const { ok } = await fetch(`${cluster.url}/simulator/seed`, sent);
      if (!ok) throw new Error('the seed is refused');
    },
    run: async (deployments, more) => ended(await submit(deployments, more)),
  };
};

const usual = {
  ...{ pillar: 'shared', docker_artifact_type: 'docker', environment_id: 'staging', infrastructure_id: 'kube' },
  metadata: { retry_count: 0, timeout: 60, rollback_strategy: 'automatic' },
};
