import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { UploadOrder } from '../../lib/domain/ports.ts';
import type { UploadView } from '../../lib/usecases/batch/open-upload.ts';
import { orderOf } from '../contracts/uploads.ts';
import { Api } from './api.ts';
import { clientsOf, givenCloud } from './cloud.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);

const batch = `
version: v1.0
metadata: { name: Came by an upload }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 120, retry_count: 0 }
deployments: [{ pillar: risk, service_name: limit-check, docker_image_version: 2.0.1 }]
`;

let api: Api;
beforeAll(async () => {
  api = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read', 'flotilla/deploy']));
});

const order = (wanted: UploadOrder, by = api): Promise<Response> => {
  const headers = { 'content-type': 'application/json' };
  return by.send('/uploads', { method: 'POST', headers, body: JSON.stringify(wanted) });
};

const upload = async (text: string): Promise<UploadView> => (await (await order(orderOf(text))).json()) as UploadView;

/** As any client does, without a token. */
const put = async ({ url, headers: { 'content-length': _, ...headers } }: UploadView, body: string): Promise<number> =>
  (await fetch(url, { method: 'PUT', body, headers })).status;

const post = async (
  path: string,
  { upload_id }: Pick<UploadView, 'upload_id'>,
): Promise<[number, { code?: string }]> => {
  const response = await api.send(`${path}?upload=${upload_id}`, { method: 'POST' });
  return [response.status, (await response.json()) as { code?: string; batch_id?: string }];
};

describe('an upload', () => {
  it('is planned and deployed like a batch in a body', async () => {
    const address = await upload(batch);
    expect(await put(address, batch)).toBe(200);
    const Key = `uploads/${address.upload_id}.yaml`;
    const object = await clients.s3.send(new HeadObjectCommand({ Bucket: cloud.documents, Key }));
    expect(object).toMatchObject({ ContentLength: Buffer.byteLength(batch), ContentType: 'application/yaml' });
    expect(await post('/batches/plan', address)).toEqual([200, expect.objectContaining({ total: 1 })]);
    const [status, { batch_id }] = (await post('/batches', address)) as [number, { batch_id: string }];
    expect(status).toBe(202);
    expect((await api.follow(batch_id)).batch).toMatchObject({ status: 'SUCCESS', total: 1 });
  });

  it('requires the right to deploy', async () => {
    const reader = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read']));
    expect((await order(orderOf('a'), reader)).status).toBe(403);
  });

  it('accepts no other size, and its address leads nowhere else', async () => {
    const address = await upload(batch);
    const configuration = address.url.replace(`uploads/${address.upload_id}.yaml`, 'configuration.json');
    expect(configuration).not.toBe(address.url);
    expect(await put(address, `${batch}#`)).toBe(403);
    expect(await put({ ...address, url: configuration }, batch)).toBe(403);
    expect(await post('/batches', address)).toEqual([404, expect.objectContaining({ code: 'UploadNotFound' })]);
  });

  it('says what is wrong with its order', async () => {
    const response = await order({ ...orderOf(''), bytes: 17 * 1024 * 1024 });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'RequestInvalid' }),
    ]);
  });
});
