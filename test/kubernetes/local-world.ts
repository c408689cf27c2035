import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfiguration } from '../../lib/local/load-configuration.ts';
import { startRuntime } from '../../lib/local/runtime.ts';
import type { Kube } from '../cluster/kube-client.ts';
import { configuration, usualItem } from './cases.ts';
import { steppingServices } from './step-cases.ts';

export interface LocalWorld {
  readonly url: string;
  /** An answer of the API; with a body it is a POST. */
  asked(path: string, sent?: object): Promise<Kube>;
  /** A deployment request, or something else with such an answer: its status and its body. */
  requested(method: string, path: string, id?: string, sent?: object): Promise<Kube>;
  /** Deploys one service, and returns its outcome, with its batch. */
  deploy(item: object): Promise<Kube>;
  /** The same for several, in one batch. */
  deployAll(items: readonly object[]): Promise<readonly Kube[]>;
  /** Rolls a batch back, and returns the same about that. */
  undo(batchId: string): Promise<Kube>;
  close(): Promise<void>;
}

export interface LocalWorldOptions {
  readonly folder: string;
  readonly namespaces: readonly string[];
  /** A kubeconfig, or the address of a simulated cluster. */
  readonly cluster: { readonly kubeconfig: string } | { readonly simulated: string };
  /** Besides the usual ones; each is a Deployment of its name. */
  readonly services?: readonly string[];
}

/** Flotilla on one machine as a user has it, without Harness, with one cluster that it deploys to. */
export const startLocalWorld = async ({
  folder,
  namespaces,
  cluster,
  services = [],
}: LocalWorldOptions): Promise<LocalWorld> => {
  const isSimulated = 'simulated' in cluster;
  const file = join(folder, 'flotilla.config.yaml');
  const written = configuration(namespaces, isSimulated ? { simulated: true } : cluster, services, steppingServices);
  writeFileSync(file, JSON.stringify(written));
  const loaded = loadConfiguration({ file, directory: folder, env: {} });
  const runtime = await startRuntime({
    port: 0,
    data: join(folder, 'data'),
    configuration: loaded.configuration,
    simulators: { clusters: isSimulated ? { kube: cluster.simulated } : {} },
    pace: { pollExecutor: 50, pollCluster: 50, survey: 500 },
  });
  const asked = async (path: string, sent?: object): Promise<Kube> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(
      `${runtime.url}${path}`,
      sent && { method: 'POST', headers, body: JSON.stringify(sent) },
    );
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const requested: LocalWorld['requested'] = async (method, path, id, sent) => {
    const headers = { 'content-type': 'application/json', ...(id === undefined ? {} : { 'x-request-id': id }) };
    const init = { method, headers, ...(sent === undefined ? {} : { body: JSON.stringify(sent) }) };
    const response = await fetch(`${runtime.url}/api/v1/deployments${path}`, init);
    return { ...((await response.json()) as object), code: response.status };
  };
  const ended = async ({ batch_id }: Kube): Promise<readonly Kube[]> => {
    while ((await asked(`/batches/${batch_id}`)).ended_at === undefined) await sleep(20);
    const { deployments } = await asked(`/batches/${batch_id}/deployments`);
    return deployments.map((one: Kube) => ({ batch_id, ...one }));
  };
  const deployAll = async (items: readonly object[]): Promise<readonly Kube[]> => {
    const deployments = items.map((item) => ({ ...usualItem, ...item }));
    return ended(await asked('/batches', { version: 'v1.0', strategy: { max_concurrency: 100 }, deployments }));
  };
  return {
    url: runtime.url,
    asked,
    requested,
    deployAll,
    deploy: async (item) => (await deployAll([item]))[0],
    undo: async (batchId) => (await ended(await asked(`/batches/${batchId}/rollback`, { reason: 'it was needed' })))[0],
    close: () => runtime.close(),
  };
};
