import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import type { Cluster, Executor, RunState } from '../../lib/domain/ports.ts';
import { startRuntime } from '../../lib/local/runtime.ts';
import { lookOneByOne, unaskedExecutor } from '../unasked-executor.ts';
import type { Measurement } from './plan.ts';

/** How many requests are sent, in how many seconds, and how many at once. */
const count = 1_000;
const atOnce = 20;
/** Requests that are open at once, before any of them may end. */
const open = 5_000;

const cluster = 'cluster-eu-1';

const configuration = (): Configuration => {
  const { catalogue, connections } = simulatedConfiguration();
  return { connections, catalogue: { ...catalogue, requests: { environment: 'bench', infrastructure: cluster } } };
};

const image = 'registry.test/web';

const running = { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 };

const deploymentOf = (name: string, namespace: string) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: { name, namespace, uid: name, generation: 1, annotations: { 'deployment.kubernetes.io/revision': '1' } },
  spec: {
    ...{ replicas: 1, selector: { matchLabels: { app: name } } },
    template: { spec: { containers: [{ name: 'app', image: `${image}:1` }] } },
  },
  status: {
    ...running,
    conditions: [
      { type: 'Available', status: 'True' },
      { type: 'Progressing', status: 'True' },
    ],
  },
});

const succeeded: RunState = { phase: 'terminal', outcome: 'succeeded', raw: 'Success' };
const atWork: RunState = { phase: 'running', raw: 'Running' };

/** An executor whose runs end as soon as they may, and an empty cluster. */
const makeStage = () => {
  const stage = { starts: new Map<string, number>(), mayEnd: true };
  const executor: Executor = {
    ...unaskedExecutor,
    lateStartMilliseconds: 60_000,
    start: async ({ key }) => {
      stage.starts.set(key, (stage.starts.get(key) ?? 0) + 1);
      return { kind: 'started', ref: key };
    },
    look: lookOneByOne(({ request }) => ({
      ...{ kind: 'found', ref: request.key },
      state: stage.mayEnd ? succeeded : atWork,
    })),
  };
  const empty: Cluster = {
    address: 'https://instant.test',
    identify: async () => ['instant'],
    read: async (workloads) =>
      workloads.map(({ name, namespace }) => ({ workload: deploymentOf(name, namespace), revisions: [], pods: [] })),
    logs: async () => [],
    probe: async () => ({ status: 200, message: '' }),
    // For the survey, which finds nothing there.
    objects: {
      known: async () => undefined,
      get: async () => undefined,
      list: async () => [],
      apply: async () => ({ kind: 'moved', message: '' }),
      patchStatus: async () => ({ kind: 'gone' }),
      remove: async () => ({ kind: 'gone' }),
    },
  };
  return { stage, executor, empty };
};

const metadata = {
  replica_count: 1,
  resource_limit: { request: { cpu: '100m', memory: '64Mi' }, limit: { cpu: '100m', memory: '64Mi' } },
  doc_html: '<h1>Hello</h1>',
};

const send = async (url: string, at: number): Promise<void> => {
  const body = JSON.stringify({ name: `web ${at}`, namespace: `team-${at % 50}`, image: `${image}:1`, metadata });
  const headers = { 'content-type': 'application/json', 'x-request-id': `r-${at}` };
  const answer = await fetch(`${url}/api/v1/deployments/requests/create`, { method: 'POST', headers, body });
  if (answer.status !== 201) throw new Error(await answer.text());
  await answer.arrayBuffer();
};

const sendAll = async (url: string, from: number, to: number): Promise<number> => {
  const started = performance.now();
  let next = from;
  const take = async (): Promise<void> => {
    while (next < to) await send(url, next++);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return (performance.now() - started) / 1_000;
};

const countOpen = async (url: string): Promise<number> => {
  const answer = await fetch(`${url}/api/v1/deployments/requests?limit=200`);
  const { data } = (await answer.json()) as { readonly data: readonly { readonly status: string }[] };
  return data.filter(({ status }) => status === 'CREATED').length;
};

/** Requests through the whole embedded runtime: how fast they are accepted and ended. None is lost or run twice. */
export const benchRequests = async (): Promise<readonly Measurement[]> => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const { stage, executor, empty } = makeStage();
  const runtime = await startRuntime({
    ...{ port: 0, data, configuration: configuration(), pace: { pollExecutor: 100, pollCluster: 100 } },
    executor: () => executor,
    cluster: () => empty,
  });
  try {
    const started = performance.now();
    const taken = await sendAll(runtime.url, 0, count);
    while (stage.starts.size < count) await new Promise((resolve) => setTimeout(resolve, 100));
    const begun = (performance.now() - started) / 1_000;
    stage.mayEnd = false;
    const more = await sendAll(runtime.url, count, count + open);
    const doubled = [...stage.starts.values()].filter((times) => times > 1).length;
    return [
      { name: `${count} requests taken in, ${atOnce} at once`, value: round(taken), unit: 's' },
      { name: `${count} requests: the last one begun`, value: round(begun), unit: 's' },
      { name: 'requests taken in a minute', value: Math.round((60 * count) / taken), unit: '' },
      { name: `${open} more, all of them open`, value: round(more), unit: 's' },
      { name: 'of the latest 200, open', value: await countOpen(runtime.url), unit: '' },
      { name: 'started twice', value: doubled, unit: '' },
      { name: 'memory', value: Math.round(process.memoryUsage().rss / 1_048_576), unit: 'MB' },
    ];
  } finally {
    await runtime.close();
    rmSync(data, { recursive: true });
  }
};

const round = (value: number): number => Math.round(value * 10) / 10;
