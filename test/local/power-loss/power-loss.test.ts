import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { orderOf } from '../../contracts/uploads.ts';
import { someOf } from '../../thorough.ts';
import type { LastingWorld } from './lasting-world.ts';
import { type BatchView, type DeploymentView, type FeedEvent, Lives, type PowerCut, request, sealed } from './lives.ts';
import type { Luck } from './lossy-disk.ts';

const batch = `
version: v1.0
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }
deployments:
  - { pillar: data, service_name: store, docker_image_version: 2.0.0 }
  - { pillar: data, service_name: api, docker_image_version: 2.0.0, metadata: { dependencies: [store] } }
  - { pillar: data, service_name: mailer, docker_image_version: 2.0.0-again, metadata: { retry_count: 1 } }
  - { pillar: data, service_name: engine, docker_image_version: 2.0.0-fails, metadata: { retry_count: 0, rollback_strategy: automatic } }
`;

/** Like every caller that may have to send it again. */
const submit = (url: string, text = batch): Promise<BatchView> =>
  fetch(`${url}/batches`, {
    method: 'POST',
    headers: { 'content-type': 'application/yaml', 'idempotency-key': 'the-batch' },
    body: text,
  }).then(async (response) => {
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as BatchView;
  });

const deploymentsOf = async (url: string, batchId: string): Promise<readonly DeploymentView[]> =>
  (await request<{ deployments: DeploymentView[] }>('GET', `${url}/batches/${batchId}/deployments`)).deployments;

const eventsOf = async (url: string, batchId: string): Promise<readonly FeedEvent[]> =>
  (await request<{ events: FeedEvent[] }>('GET', `${url}/batches/${batchId}/events?limit=1000&after=0`)).events;

const good: Readonly<Record<string, string>> = {
  'data/store': 'SUCCESS Verified',
  'data/api': 'SUCCESS Verified',
  'data/mailer': 'SUCCESS Verified',
  'data/engine': 'FAILED RestoredPreviousRelease',
};

/**
 * A run that was requested and never came is UNKNOWN: nobody can tell, and nobody guesses. Its dependents are left out.
 */
const allowed = (
  { starts, missed }: LastingWorld,
  key: string,
  runs: readonly { readonly key: string }[],
): readonly string[] => {
  const unknown = ['UNKNOWN StartUnknown', 'UNKNOWN RestoreUnknown'];
  if (runs.some((run) => !starts.has(run.key))) return unknown;
  if (runs.some((run) => missed.has(run.key))) return [...unknown, good[key]!];
  return key === 'data/api' ? ['SKIPPED DependencyUnknown', good[key]!] : [good[key]!];
};

/** Submits, loses power, goes on, and checks the outcome. */
const liveThrough = async (seed: number, cut: PowerCut): Promise<void> => {
  await using lives = new Lives(seed);
  await lives.until(cut, async (url) => sealed(url, (await submit(url)).batch_id));
  const url = await lives.goOn();
  const { batch_id } = await submit(url);
  const ended = await sealed(url, batch_id);
  const deployments = await deploymentsOf(url, batch_id);
  const { batches } = await request<{ batches: unknown[] }>('GET', `${url}/batches`);
  expect(batches).toHaveLength(1);
  const { starts } = lives.world;
  expect([...starts].filter(([, count]) => count > 1)).toEqual([]);
  // Nor are there unknown runs.
  expect(deployments.flatMap(({ runs }) => runs.map(({ key }) => key))).toEqual(
    expect.arrayContaining([...starts.keys()]),
  );
  const numbers = (await eventsOf(url, batch_id)).map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  for (const { key, status, reason, runs } of deployments)
    expect(allowed(lives.world, key, runs), `${key} of a batch that ended so: ${ended.message}`).toContain(
      `${status} ${reason}`,
    );
};

const pause = (): Promise<void> => sleep(10);

const none = { table: 'none', journal: 'none' } as const;

describe('starts nothing twice, for any part of both databases that reached the disk', () => {
  const cases: readonly (readonly [start: string, luck: PowerCut['luck']])[] = [
    ...['-0-1', '-1-1', '-2-1', '-2-2', '-3-1', '-3-restore'].map((start) => [start, none] as const),
    ...['-0-1', '-2-2'].map((start) => [start, { table: 'none', journal: 'all' }] as const),
    ...['-0-1', '-3-restore'].map((start) => [start, { table: 'all', journal: 'none' }] as const),
  ];
  test.concurrent.for(someOf(cases, 5))('the power fails as %s arrives, with %o', async ([start, luck]) =>
    liveThrough(1, { at: { start }, luck }),
  );

  const luckOf = (seed: number): Luck => (['none', 'some', 'all'] as const)[Math.floor(seed) % 3]!;
  const seeds = Array.from({ length: 8 }, (_, at) => at + 1);
  test.concurrent.for(someOf(seeds, 3))(
    'the power fails as something is on its way to the disk: seed %i',
    async (seed) =>
      liveThrough(seed, { at: { sync: seed * 3 }, luck: { table: luckOf(seed), journal: luckOf(seed / 3) } }),
  );
});

describe('what was answered survives', () => {
  const lostReply = `
version: v1.0
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }
deployments: [{ pillar: data, service_name: store, docker_image_version: 2.0.0-lost, metadata: { retry_count: 0 } }]
`;
  const endless = lostReply.replace('-lost', '-endless');
  const answered = (method: string, path: RegExp): PowerCut => ({ at: { answer: { method, path } }, luck: none });

  test.concurrent('an accepted batch', async () => {
    await using lives = new Lives(1);
    let batchId = '';
    await lives.until(answered('POST', /^\/batches$/), async (url) => {
      batchId = (await submit(url)).batch_id;
    });
    const { batches } = await request<{ batches: BatchView[] }>('GET', `${await lives.goOn()}/batches`);
    expect(batches.map(({ batch_id }) => batch_id)).toEqual([batchId]);
  });

  test.concurrent('a cancel', async () => {
    await using lives = new Lives(2);
    let address = '';
    await lives.until(answered('POST', /cancel$/), async (url) => {
      address = `/batches/${(await submit(url, endless)).batch_id}`;
      while (lives.world.starts.size === 0) await pause();
      await request('POST', `${url}${address}/cancel`);
    });
    const url = await lives.goOn();
    expect(await request('GET', `${url}${address}`)).toHaveProperty('cancel_requested_at');
  });

  test.concurrent('a manual resolution', async () => {
    await using lives = new Lives(3);
    let batchId = '';
    await lives.until({ ...answered('POST', /resolve$/), givesUp: true }, async (url) => {
      batchId = (await submit(url, lostReply)).batch_id;
      await sealed(url, batchId);
      const found = JSON.stringify({ status: 'SUCCESS', reason: 'looked: it runs' });
      await request('POST', `${url}/batches/${batchId}/deployments/data/store/resolve`, found);
    });
    const [store] = await deploymentsOf(await lives.goOn(), batchId);
    expect(store).toMatchObject({ status: 'SUCCESS', reason: 'ResolvedByOperator' });
  });

  test.concurrent('an upload', async () => {
    await using lives = new Lives(4);
    let uploadId = '';
    await lives.until(answered('PUT', /^\/uploads\//), async (url) => {
      const bytes = JSON.stringify(orderOf(batch));
      const upload = await request<{ upload_id: string; url: string }>('POST', `${url}/uploads`, bytes);
      uploadId = upload.upload_id;
      await request('PUT', `${url}${upload.url}`, batch, 'application/yaml');
    });
    const url = await lives.goOn();
    expect(await request('POST', `${url}/batches?upload=${uploadId}`)).toMatchObject({ status: 'PENDING' });
  });

  test.concurrent('an event that was read, with its number', async () => {
    await using lives = new Lives(5);
    let batchId = '';
    let told: readonly FeedEvent[] = [];
    await lives.until(answered('GET', /events\?.*after=0/), async (url) => {
      batchId = (await submit(url)).batch_id;
      while (lives.world.starts.size < 4) await pause();
      told = await eventsOf(url, batchId);
    });
    const url = await lives.goOn();
    await sealed(url, batchId);
    expect(told.length).toBeGreaterThan(5);
    expect((await eventsOf(url, batchId)).slice(0, told.length)).toEqual(told);
  });
});
