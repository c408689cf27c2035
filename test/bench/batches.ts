import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { startRuntime } from '../../lib/local/runtime.ts';
import { instantCluster, instantExecutor } from './instant-world.ts';

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

export interface BatchRun {
  readonly size: number;
  readonly seconds: number;
  readonly status: string;
  readonly megabytes: number;
}

/** Runs one batch of instant deployments through the whole embedded runtime, from the POST to the seal. */
export const runBatch = async (size: number): Promise<BatchRun> => {
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
    const started = performance.now();
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${runtime.url}/batches`, { method: 'POST', headers, body: documentOf(size) });
    if (answer.status !== 202) throw new Error(await answer.text());
    const { batch_id } = (await answer.json()) as { batch_id: string };
    const status = await ended(runtime.url, batch_id);
    const seconds = (performance.now() - started) / 1000;
    return { size, seconds, status, megabytes: process.memoryUsage().rss / 1_048_576 };
  } finally {
    await runtime.close();
    rmSync(data, { recursive: true });
  }
};

const ended = async (url: string, batchId: string): Promise<string> => {
  for (;;) {
    const batch = (await (await fetch(`${url}/batches/${batchId}`)).json()) as { status: string; ended_at?: string };
    if (batch.ended_at !== undefined) return batch.status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
