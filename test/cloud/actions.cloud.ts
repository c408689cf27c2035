import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { PreviewView } from '../../lib/usecases/preview/preview-view.ts';
import { Api, type Ended } from './api.ts';
import { clientsOf, givenCloud } from './cloud.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();

const batch = (item: string): string => `
version: v1.0
metadata: { name: Acts }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, timeout: 120, retry_count: 0 }
deployments:
  - { pillar: risk, service_name: archive, executor: kubernetes, ${item} }
`;

const readinessProbe = { httpGet: { path: '/', port: 80 } };
const containers = [{ name: 'app', image: 'registry.example.com/risk/archive', readinessProbe }];
const template = { metadata: { labels: { app: 'archive' } }, spec: { containers } };
const metadata = { name: 'archive' };
const spec = { replicas: 2, selector: { matchLabels: { app: 'archive' } }, template };
const objects = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value: '1' } },
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
];
const manifests = `manifests: ${JSON.stringify(objects.map((one) => JSON.stringify(one)).join('\n---\n'))}`;

const replicas = async (): Promise<number | undefined> => {
  const response = await fetch(`${cloud.cluster}/apis/apps/v1/namespaces/risk/deployments/archive`);
  const { spec } = (await response.json()) as { readonly spec?: { readonly replicas: number } };
  return spec?.replicas;
};

describe('scaling, deletion and rollback, by the function that may change clusters', () => {
  let api: Api;
  const ended = new Map<string, Ended & { readonly replicas: number | undefined }>();
  let preview: PreviewView;

  const run = async (name: string, begin: () => Promise<string>): Promise<string> => {
    const one = await api.follow(await begin());
    ended.set(name, { ...one, replicas: await replicas() });
    return one.batchId;
  };

  beforeAll(async () => {
    api = new Api(cloud, await fetchToken(clientsOf(cloud), cloud, ['flotilla/read', 'flotilla/deploy']));
    const submit = (item: string) => () => api.begin(batch(item));
    await run('deploy', submit(`docker_artifact_type: docker, docker_image_version: 1.0.0, ${manifests}`));
    await run('scale', submit('action: scale, replicas: 3'));

    const headers = { 'content-type': 'application/yaml' };
    const asked = await api.send('/previews', { method: 'POST', headers, body: batch('action: delete') });
    const { preview_id } = (await asked.json()) as PreviewView;
    const isOver = async (): Promise<boolean> => {
      preview = await api.ask<PreviewView>(`/previews/${preview_id}`);
      return preview.state !== 'running';
    };
    await vi.waitUntil(isOver, { timeout: 250_000, interval: 200 });
    const deleted = await run('delete', submit('action: delete'));
    await run('back', async () => {
      const reason = JSON.stringify({ reason: 'it is needed' });
      const json = { 'content-type': 'application/json' };
      const answer = await api.send(`/batches/${deleted}/rollback`, { method: 'POST', headers: json, body: reason });
      return ((await answer.json()) as { readonly batch_id: string }).batch_id;
    });
  });

  it.each([
    ['deploy', 'Verified', 2],
    ['scale', 'Scaled', 3],
    ['delete', 'Deleted', undefined],
    ['back', 'Verified', 3],
  ])('%s ends as %s', (name, reason, count) => {
    const { deployments, ...one } = ended.get(name)!;
    expect([deployments['risk/archive'], one.replicas]).toMatchObject([{ status: 'SUCCESS', reason }, count]);
  });

  it('shows beforehand what a delete would remove', () => {
    expect(preview).toMatchObject({ state: 'done', total: 1 });
    const answer = preview.deployments[0]?.answer;
    if (answer?.state !== 'told') throw new Error(JSON.stringify(preview));
    expect(answer.objects.map(({ object, fate }) => `${object} ${fate}`).sort()).toEqual([
      'ConfigMap risk/archive deleted',
      'Deployment risk/archive deleted',
    ]);
  });
});
