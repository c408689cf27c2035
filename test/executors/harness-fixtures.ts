import { setTimeout as wait } from 'node:timers/promises';
import { HttpHarnessApi, type HttpHarnessApiOptions } from '../../lib/adapters/harness-api.ts';
import type { Patience } from '../../lib/adapters/harness-transport.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { PlannedDeployment } from '../../lib/domain/plan/plan.ts';
import type { Clock, News, RunRequest, Watched } from '../../lib/domain/ports.ts';
import { type HarnessApi, HarnessExecutor } from '../../lib/executors/harness.ts';
import { unlimited } from '../../lib/usecases/budget/unlimited.ts';

export const apiKey = 'pat.acme.0123456789.s3cr3t-api-key';
export const webhookToken = 't0ken-of-the-webhook/with+odd=signs';

/** For a start that may wait for its turn for any time. */
export const anyTime = Number.POSITIVE_INFINITY;

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

/** Real time, but waits of a second are waits of a millisecond: retries without the waiting. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => realClock.sleep(milliseconds / 1000, signal),
};

/**
 * A look that never ends before all answers are there, and is later than the previous one, no matter how fast or slow
 * the machine is.
 */
const patientClock = (): Clock => {
  let now = Date.now();
  return {
    now: () => {
      now += 10;
      return now;
    },
    sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  };
};

const deployment: PlannedDeployment = {
  index: 0,
  key: 'risk/limit-check',
  position: 1,
  pillar: 'risk',
  service_name: 'limit-check',
  docker_artifact_type: 'docker',
  docker_image_version: '2.4.0',
  environment_id: 'staging',
  infrastructure_id: 'cluster-eu-1',
  priority: 9,
  timeout: 900,
  retry_count: 1,
  tags: ['core'],
  rollback_strategy: 'manual',
  health_check: { enabled: true, path: '/ready', port: 8080, timeout: 20, url: 'http://not.for.harness/ready' },
  dependencies: [],
  cluster: 'eu-1',
  target: 'staging/eu-1/risk/limit-check',
  workload: {
    kind: 'deployment',
    name: 'limit-check',
    namespace: 'risk',
    container: 'app',
    image: 'registry:5000/limit',
  },
  executor: { name: 'harness', account: 'harness:acme', settings: {} },
  level: 0,
  critical_path: 1,
  rank: 0,
};

export const webhookSettings: JsonObject = { pipeline: 'deploy_risk', trigger: 'flotilla', mode: 'webhook' };
export const executeSettings: JsonObject = { pipeline: 'deploy_risk', mode: 'execute' };

export interface RequestChange extends Partial<Omit<RunRequest, 'deployment'>> {
  readonly settings?: JsonObject;
  readonly service?: string;
}

export const requestOf = (change: RequestChange = {}): RunRequest => {
  const { settings = webhookSettings, service = 'limit-check', ...rest } = change;
  const executor = { ...deployment.executor, settings };
  return {
    key: '01JD0000000000000000000000-12-1',
    batch_id: '01JD0000000000000000000000',
    version: '2.4.0',
    at: Date.now(),
    deployment: { ...deployment, service_name: service, executor },
    ...rest,
  };
};

/** Ten minutes of the hasty clock: only an answer that never comes takes that long. */
const endless = 600_000_000;
export const endlessPatience: Patience = {
  start: endless,
  abort: endless,
  list: endless,
  detail: endless,
  hedge: endless,
  whole: endless,
};

export const apiOf = (baseUrl: string, change: Partial<HttpHarnessApiOptions> = {}): HarnessApi =>
  new HttpHarnessApi({
    baseUrl,
    account: 'acme',
    org: 'default',
    project: 'apps',
    apiKey,
    secrets: [webhookToken],
    clock: hastyClock,
    random: { next: () => 0.5 },
    budget: unlimited,
    patience: endlessPatience,
    ...change,
  });

export const executorOf = (baseUrl: string, change: Partial<HttpHarnessApiOptions> = {}): HarnessExecutor =>
  new HarnessExecutor({
    api: apiOf(baseUrl, change),
    clock: patientClock(),
    webhookTokens: { 'deploy_risk/flotilla': webhookToken },
    readsPerMinute: 60_000_000,
  });

export const watch = (request: RunRequest, known: Omit<Watched, 'request' | 'sent_at'> = {}): Watched => ({
  ...{ request, sent_at: request.at },
  ...known,
});

/** What one look says of one run. */
export const newsOf = async (executor: HarnessExecutor, watched: Watched): Promise<News | undefined> =>
  (await executor.look([watched])).get(watched.request.key);

/** Looks again until there is something to see. A test that never sees it ends at its time-out. */
export const eventually = async <Value>(look: () => Promise<Value | undefined>): Promise<Value> => {
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await wait(20);
  }
};
