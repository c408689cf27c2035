import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { startRuntime } from '../../lib/local/runtime.ts';
import { instantCluster, instantExecutor } from './instant-world.ts';
import type { Measurement } from './plan.ts';

const version = '1.0.0';
const concurrency = 100;

/** A batch of cron jobs in chains of five. */
const documentOf = (size: number): string =>
  JSON.stringify({
    version: 'v1.0',
    defaults: { environment_id: 'bench', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' },
    strategy: { max_concurrency: concurrency },
    deployments: Array.from({ length: size }, (_, at) => ({
      pillar: 'data',
      service_name: `job-${at}`,
      docker_image_version: version,
      ...(at % 5 === 0 ? {} : { metadata: { dependencies: [`job-${at - 1}`] } }),
    })),
  });

const configurationOf = (size: number): Configuration => {
  const configuration = simulatedConfiguration();
  const entries = Array.from({ length: size }, (_, at) => `job-${at}`).map((name) => [
    name,
    { kind: 'cronjob' as const, name, namespace: 'data' },
  ]);
  return {
    ...configuration,
    catalogue: { ...configuration.catalogue, services: { data: Object.fromEntries(entries) } },
  };
};

/** Batches of instant deployments through the whole embedded runtime, each from the POST to the seal. */
export const benchBatches = async (): Promise<readonly Measurement[]> => [
  ...(await benchBatch(100)),
  ...(await benchBatch(1000)),
];

const benchBatch = async (size: number): Promise<readonly Measurement[]> => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const runtime = await startRuntime({
    port: 0,
    data,
    configuration: configurationOf(size),
    pace: { pollExecutor: 20, pollCluster: 20 },
    executor: () => instantExecutor,
    cluster: () => instantCluster(version),
  });
  try {
    const cpu = process.cpuUsage();
    const started = performance.now();
    const status = await ended(runtime.url, await post(runtime.url, size));
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    if (status !== 'SUCCESS') throw new Error(`the batch ended as ${status}`);
    const name = `whole batch of ${size}, ${concurrency} at once`;
    return [
      { name, value: round(seconds), unit: 's' },
      { name: `${name}: per deployment`, value: round((seconds * 1000) / size), unit: 'ms' },
      { name: `${name}: processor time`, value: round((user + system) / 1e6), unit: 's' },
      { name: `${name}: memory`, value: Math.round(process.memoryUsage().rss / 1_048_576), unit: 'MB' },
    ];
  } finally {
    await runtime.close();
    rmSync(data, { recursive: true });
  }
};

const round = (value: number): number => Math.round(value * 10) / 10;

const post = async (url: string, size: number): Promise<string> => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/batches`, { method: 'POST', headers, body: documentOf(size) });
  if (answer.status !== 202) throw new Error(await answer.text());
  return ((await answer.json()) as { batch_id: string }).batch_id;
};

const ended = async (url: string, batchId: string): Promise<string> => {
  for (;;) {
    const batch = (await (await fetch(`${url}/batches/${batchId}`)).json()) as { status: string; ended_at?: string };
    if (batch.ended_at !== undefined) return batch.status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
