import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import type { Cluster, Executor, RunState } from '../../lib/domain/ports.ts';
import { busEventOf } from '../../lib/domain/record/bus-event.ts';
import type { ChainedEvent } from '../../lib/domain/record/chain.ts';
import { type Runtime, startRuntime } from '../../lib/local/runtime.ts';
import { secretLines } from '../domain/masking/secret-lines.ts';
import { viewOf } from '../domain/rollout/objects.ts';
import { lookOneByOne, unaskedExecutor } from '../unasked-executor.ts';

/**
 * A batch whose workloads, cluster and executor print secrets wherever they can. The test then searches everything that
 * is left: the table, the documents, the engine's journal, answers of the API, events, and output.
 */
const ways = ['crash', 'health', 'pipeline', 'start', 'trigger'] as const;
type Way = (typeof ways)[number];

/** Each line crashes one workload; a few appear in every other way too. */
const spoken = secretLines.flatMap(({ line }, at) =>
  ways.filter((way) => way === 'crash' || at % 10 === 0).map((way) => ({ name: `${way}-${at}`, way, line })),
);
const told = new Map(spoken.map((one) => [one.name, one]));
const colour = '\u001b[31m';

const batch = `version: v1.0
metadata: { name: Tales }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, retry_count: 0 }
strategy: { max_concurrency: 100 }
deployments:
${spoken.map(({ name }) => `  - { pillar: shared, service_name: ${name}, docker_image_version: "2", metadata: { health_check: { path: /ready, timeout: 1 } } }`).join('\n')}
`;

const started = new Set<string>();
const sayOf = (name: string): { readonly way: Way; readonly line: string } => told.get(name)!;

const cluster: Cluster = {
  address: 'https://cluster.example',
  identify: async () => ['kube-system:one'],
  read: async (workloads) =>
    workloads.map(({ name }) => {
      if (!started.has(name)) return viewOf({ image: 'reg/app:1', revision: 1, generation: 1 });
      const { way, line } = sayOf(name);
      if (way !== 'crash') return viewOf();
      const ended = { exitCode: 1, reason: `Error${colour}`, message: line, finishedAt: '2026-01-01T00:00:00Z' };
      const status = { name: 'app', ready: false, restartCount: 3, lastState: { terminated: ended } };
      const waiting = { reason: 'CrashLoopBackOff', message: `back-off; ${line}` };
      return viewOf({ podStatus: { phase: 'Running', containerStatuses: [{ ...status, state: { waiting } }] } });
    }),
  logs: async (_, pod) => [
    `${colour}starting ${pod}`,
    ...secretLines.slice(0, 10).flatMap(({ line }) => line.split('\n')),
  ],
  probe: async ({ workload }) =>
    sayOf(workload.name).way === 'health'
      ? { status: 503, message: sayOf(workload.name).line }
      : { status: 200, message: sayOf(workload.name).line },
};

const serviceOf = new Map<string, string>();
const executor: Executor = {
  ...unaskedExecutor,
  lateStartMilliseconds: 600_000,
  start: async ({ key, deployment: { service_name: name } }) => {
    const { way, line } = sayOf(name);
    if (way === 'start') return { kind: 'rejected', retryable: false, reason: 'Refused', message: line };
    serviceOf.set(key, name);
    if (way === 'trigger') return { kind: 'accepted', correlation: key };
    return { kind: 'started', ref: key, url: `https://executor.example/?token=${secretLines[1]!.secrets[0]}` };
  },
  look: lookOneByOne(({ request: { key }, ref }) => {
    const name = serviceOf.get(key)!;
    const { way, line } = sayOf(name);
    if (ref === undefined) return { kind: 'failed', reason: 'TriggerFailed', message: line };
    started.add(name);
    const state: RunState =
      way === 'pipeline'
        ? { phase: 'terminal', outcome: 'failed', raw: `Failed ${line}`, message: line }
        : { phase: 'terminal', outcome: 'succeeded', raw: `Success ${line}` };
    return { kind: 'found', ref, state };
  }),
};

const configuration = (): Configuration => {
  const { catalogue, connections } = simulatedConfiguration();
  return { catalogue: { ...catalogue, environments: { staging: { keep_health_answers: true } } }, connections };
};

interface Found {
  readonly status: string;
  readonly reason: string;
  readonly evidence: readonly { readonly log?: readonly string[] }[];
}

const data = mkdtempSync(join(tmpdir(), 'flotilla-foreign-'));
let runtime: Runtime;
let printed = '';
let deployments: readonly (Found & { readonly service_name: string })[] = [];
let events: readonly ChainedEvent[] = [];
const stores = new Map<string, string>();

const getJson = async <Answer>(path: string): Promise<Answer> =>
  (await (await fetch(`${runtime.url}${path}`)).json()) as Answer;

beforeAll(async () => {
  const writes = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write.bind(stream) }));
  for (const { stream } of writes) {
    stream.write = (text: string | Uint8Array) => {
      printed += String(text);
      return true;
    };
  }
  try {
    runtime = await startRuntime({
      ...{ port: 0, data, configuration: configuration() },
      simulators: { harness: 'http://127.0.0.1:9', clusters: {} },
      executor: () => executor,
      cluster: () => cluster,
    });
    const headers = { 'content-type': 'application/yaml' };
    const submitted = await fetch(`${runtime.url}/batches`, { method: 'POST', headers, body: batch });
    const { batch_id } = (await submitted.json()) as { batch_id: string };
    for (let status = 'PENDING'; ['PENDING', 'PROCESSING'].includes(status); ) {
      const read = await getJson<{ events: readonly ChainedEvent[] }>(
        `/batches/${batch_id}/events?after=${events.length}&wait=20&limit=1000`,
      );
      events = [...events, ...read.events];
      ({ status } = await getJson<{ status: string }>(`/batches/${batch_id}`));
    }
    ({ deployments } = await getJson<{ deployments: typeof deployments }>(
      `/batches/${batch_id}/deployments?limit=1000`,
    ));
    stores.set('the API', JSON.stringify([deployments, await getJson(`/batches/${batch_id}`)]));
    stores.set('the feed', JSON.stringify(events));
    stores.set('the bus', JSON.stringify(events.map(busEventOf)));
    await runtime.close();
  } finally {
    for (const { stream, write } of writes) stream.write = write;
  }
  stores.set('the output', printed);
  for (const file of readdirSync(data, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
    stores.set(file.name, readFileSync(join(file.parentPath, file.name), 'latin1'));
  }
});

afterAll(() => rmSync(data, { recursive: true }));

describe('text from workloads, clusters and executors', () => {
  it('was there, in every way', () => {
    const reasonOf = (way: Way) =>
      new Set(deployments.filter(({ service_name: n }) => n.startsWith(way)).map((d) => d.reason));
    expect(Object.fromEntries(ways.map((way) => [way, [...reasonOf(way)]]))).toEqual({
      crash: ['CrashLoopBackOff'],
      health: ['HealthUnexpectedStatus'],
      pipeline: ['PipelineFailed'],
      start: ['Refused'],
      trigger: ['TriggerFailed'],
    });
    expect(deployments).toHaveLength(spoken.length);
    const logs = deployments.flatMap(({ evidence }) => evidence.flatMap(({ log = [] }) => log));
    expect(logs.some((line) => line.startsWith('starting app-'))).toBe(true);
    expect([...stores.keys()]).toEqual(expect.arrayContaining(['flotilla.db', 'engine.db', 'plan.json']));
  });

  it.each(secretLines)('stores no secret: $what', ({ secrets }) => {
    for (const [store, text] of stores) {
      for (const secret of secrets) expect(text.includes(secret), `${secret} in ${store}`).toBe(false);
    }
  });

  it('stores no terminal codes', () => {
    for (const [store, text] of stores) expect(text.includes('[31m'), store).toBe(false);
  });
});
