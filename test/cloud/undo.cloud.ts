import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Api, type Deployment, type Ended } from './api.ts';
import { clientsOf, givenCloud } from './cloud.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);

const batch = (
  name: string,
  { first, second, strategy = '' }: Readonly<Record<'first' | 'second', string>> & { readonly strategy?: string },
): string => `
version: v1.0
metadata: { name: ${name} }
strategy: { max_concurrency: 10${strategy} }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 120, retry_count: 0 }
deployments:
  - { pillar: risk, service_name: base-curve, docker_image_version: ${first} }
  - { pillar: risk, service_name: swap-pricer, docker_image_version: ${second}, metadata: { dependencies: [base-curve] } }
`;

const imageOf = async (name: string): Promise<string | undefined> => {
  const response = await fetch(`${cloud.cluster}/apis/apps/v1/namespaces/risk/deployments/${name}`);
  const { spec } = (await response.json()) as { spec: { template: { spec: { containers: { image: string }[] } } } };
  return spec.template.spec.containers[0]?.image.split(':').at(-1);
};

/** A run of ten seconds, so that there is time to hold what follows. */
const before = '1.0.0-pipeline-slow';

describe('a held batch, one that fails and rolls itself back, and its retry', () => {
  let api: Api;
  const ended = new Map<'held' | 'failed' | 'rollback' | 'retry', Ended>();
  let whileHeld: readonly Deployment[];
  let imagesAfterRollback: readonly (string | undefined)[];

  const post = async <T>(path: string, body: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const response = await api.send(path, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (response.status !== 202) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };

  const deploymentsOf = async (id: string): Promise<readonly Deployment[]> =>
    (await api.ask<{ deployments: Deployment[] }>(`/batches/${id}/deployments`)).deployments;

  beforeAll(async () => {
    api = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read', 'flotilla/deploy']));
    const held = await api.begin(batch('Held', { first: before, second: '1.0.0' }));
    const isBegun = async () => (await deploymentsOf(held)).some(({ runs }) => runs.length > 0);
    await vi.waitUntil(isBegun, { timeout: 250_000, interval: 200 });
    const hold = await post<{ id: string }>('/holds', { scope: { batch: held }, reason: 'look at the first one' });
    const isFirstDone = async () => (await deploymentsOf(held)).some(({ status }) => status === 'SUCCESS');
    await vi.waitUntil(isFirstDone, { timeout: 250_000, interval: 500 });
    // Long enough for a turn to have come.
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    whileHeld = await deploymentsOf(held);
    await post(`/holds/${hold.id}/resume`, { reason: 'it is good' });
    ended.set('held', await api.follow(held));

    const failing = batch('Fails', {
      first: '2.0.0',
      second: '2.0.0-pipeline-fails',
      strategy: ', on_failure: rollback',
    });
    const failed = await api.follow(await api.begin(failing));
    ended.set('failed', failed);
    ended.set('rollback', await api.follow(failed.batch.rollbacks?.at(-1) ?? 'none'));
    imagesAfterRollback = [await imageOf('base-curve'), await imageOf('swap-pricer')];

    const retry = { with: { 'risk/swap-pricer': '2.1.0' }, reason: 'the image is fixed' };
    const { batch_id } = await post<{ batch_id: string }>(`/batches/${failed.batchId}/retry`, retry);
    ended.set('retry', await api.follow(batch_id));
  });

  it('does not start what is held, and starts it when the hold is lifted', () => {
    const second = whileHeld.find(({ key }) => key === 'risk/swap-pricer');
    expect(second).toMatchObject({ status: 'PENDING', attempts: 0 });
    expect(JSON.stringify(second)).toContain('look at the first one');
    expect(ended.get('held')?.batch).toMatchObject({ status: 'SUCCESS' });
  });

  it('puts back what it had changed, by a batch of its own', () => {
    expect(ended.get('failed')?.batch).toMatchObject({ status: 'ROLLBACK', reason: 'RolledBack' });
    expect(ended.get('failed')?.deployments).toMatchObject({
      'risk/base-curve': { status: 'ROLLBACK', reason: 'RolledBack', release_before: before, release_after: before },
    });
    expect(ended.get('rollback')?.batch).toMatchObject({ status: 'SUCCESS' });
    expect(imagesAfterRollback).toEqual([before, '1.0.0']);
  });

  it('deploys what is missing when it is tried again', async () => {
    expect(ended.get('retry')?.batch).toMatchObject({ status: 'SUCCESS', total: 2 });
    expect([await imageOf('base-curve'), await imageOf('swap-pricer')]).toEqual(['2.0.0', '2.1.0']);
  });

  it('shows what runs where', async () => {
    const { targets } = await api.ask<{ targets: { key: string; version: string; state: string; batch_id: string }[] }>(
      '/targets?environment=staging',
    );
    const batch_id = ended.get('retry')?.batchId;
    expect(targets.filter(({ key }) => /base-curve|swap-pricer/.test(key))).toMatchObject([
      { key: 'risk/base-curve', version: '2.0.0', state: 'verified', batch_id },
      { key: 'risk/swap-pricer', version: '2.1.0', state: 'verified', batch_id },
    ]);
  });

  it("starts each attempt once, by Harness's count", async () => {
    const { by_key } = (await (await fetch(`${cloud.harness}/simulator/runs`)).json()) as {
      by_key: Readonly<Record<string, number>>;
    };
    const ids = [...ended.values()].map(({ batchId }) => batchId);
    const counts = Object.entries(by_key).filter(([key]) => ids.some((id) => key.startsWith(id)));
    // Two that were held, two with one failure, two that went back (a failed one may have changed something), two
    // retries.
    expect(counts).toHaveLength(8);
    expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  });
});
