import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { PreviewView } from '../../lib/usecases/preview/preview-view.ts';
import { Api, type Ended } from './api.ts';
import { clientsOf, givenCloud } from './cloud.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();

const batch = (version: string): string => `
version: v1.0
metadata: { name: Applied }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 120, retry_count: 0 }
deployments:
  - { pillar: risk, service_name: ledger, docker_image_version: ${version}, executor: kubernetes, metadata: { rollback_strategy: automatic } }
`;

interface Live {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { image: string }[] } } };
}

const live = async (): Promise<Live> => {
  const response = await fetch(`${cloud.cluster}/apis/apps/v1/namespaces/risk/deployments/ledger`);
  return (await response.json()) as Live;
};

const imageOf = ({ spec }: Live): string | undefined => spec.template.spec.containers[0]?.image;

describe('a batch that Flotilla applies by itself', () => {
  let api: Api;
  let preview: PreviewView;
  let imageAfterPreview: string | undefined;
  let good: Ended;
  let applied: Live;
  let failed: Ended;
  let imageAfterFailure: string | undefined;

  beforeAll(async () => {
    api = new Api(cloud, await fetchToken(clientsOf(cloud), cloud, ['flotilla/read', 'flotilla/deploy']));
    const headers = { 'content-type': 'application/yaml' };
    const asked = await api.send('/previews', { method: 'POST', headers, body: batch('2.0.0') });
    const { preview_id } = (await asked.json()) as PreviewView;
    const isOver = async (): Promise<boolean> => {
      preview = await api.ask<PreviewView>(`/previews/${preview_id}`);
      return preview.state !== 'running';
    };
    await vi.waitUntil(isOver, { timeout: 250_000, interval: 200 });
    imageAfterPreview = imageOf(await live());
    good = await api.follow(await api.begin(batch('2.0.0')));
    applied = await live();
    failed = await api.follow(await api.begin(batch('3.0.0-missing')));
    imageAfterFailure = imageOf(await live());
  });

  it('is previewed field by field, and changes nothing', () => {
    expect(preview).toMatchObject({ state: 'done', total: 1 });
    const [found] = preview.deployments;
    if (found?.answer?.state !== 'told') throw new Error(JSON.stringify(preview));
    expect(found.answer.objects).toMatchObject([{ object: 'Deployment risk/ledger', fate: 'changed' }]);
    expect(found.answer.objects[0]?.fields).toContainEqual({
      path: expect.stringMatching(/containers\[\w+\]\.image$/),
      before: 'registry.example.com/risk/ledger:1.0.0',
      after: 'registry.example.com/risk/ledger:2.0.0',
    });
    expect(imageAfterPreview).toBe('registry.example.com/risk/ledger:1.0.0');
  });

  it('is applied by the function that may change clusters, and verified', () => {
    expect(good.deployments['risk/ledger']).toMatchObject({ status: 'SUCCESS', release_after: '2.0.0' });
    expect(imageOf(applied)).toBe('registry.example.com/risk/ledger:2.0.0');
    expect(applied.metadata.annotations).toMatchObject({ 'flotilla.dev/batch': good.batchId });
  });

  it('is put back by the same function when it fails', () => {
    expect(failed.deployments['risk/ledger']).toMatchObject({ status: 'FAILED', reason: 'RestoredPreviousRelease' });
    expect(imageAfterFailure).toBe('registry.example.com/risk/ledger:2.0.0');
  });
});
