import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RequestView } from '../../lib/usecases/requests/request-view.ts';
import type { RequestedView } from '../../lib/usecases/requests/requested-deployments.ts';
import { metadata } from '../usecases/requests/request-world.ts';
import { Api } from './api.ts';
import { clientsOf, givenCloud } from './cloud.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const root = '/api/v1/deployments';
const body = { name: 'Nightly report', namespace: 'requested', image: 'registry.example.com/web:1.0.0', metadata };

interface Told<Data> {
  readonly status: number;
  readonly data: Data;
}

describe('requests of a deployment, without a file', () => {
  let api: Api;
  let made: Told<RequestView>;
  let again: Told<RequestView>;
  let changed: RequestView;
  let looked: RequestedView;
  let deleted: RequestView;
  let gone: RequestedView;
  let refused: Told<unknown>;

  const send = async <Data>(method: string, path: string, id: string, sent?: object): Promise<Told<Data>> => {
    const headers = { 'content-type': 'application/json', 'x-request-id': id };
    const init = { method, headers, ...(sent === undefined ? {} : { body: JSON.stringify(sent) }) };
    const response = await api.send(`${root}${path}`, init);
    return { status: response.status, ...((await response.json()) as { readonly data: Data }) };
  };

  const ended = async (id: string): Promise<RequestView> => {
    const read = async () => (await api.ask<Told<RequestView>>(`${root}/requests/${id}`)).data;
    await vi.waitUntil(async () => (await read()).status !== 'CREATED', { timeout: 250_000, interval: 500 });
    return read();
  };

  beforeAll(async () => {
    api = new Api(cloud, await fetchToken(clientsOf(cloud), cloud, ['flotilla/read', 'flotilla/deploy']));
    made = await send('POST', '/requests/create?wait=5', 'cloud-1', body);
    again = await send('POST', '/requests/create', 'cloud-1', body);
    refused = await send('POST', '/requests/create', 'cloud-2', { ...body, name: 'x' });
    const { identifier } = made.data;
    // It waits for the one before.
    await send('PATCH', `/requests/${identifier}`, 'cloud-3', { metadata: { replica_count: 1 } });
    changed = await ended('cloud-3');
    looked = (await api.ask<Told<RequestedView>>(`${root}/${identifier}`)).data;
    await send('DELETE', `/requests/${identifier}`, 'cloud-4');
    deleted = await ended('cloud-4');
    gone = (await api.ask<Told<RequestedView>>(`${root}/${identifier}`)).data;
  });

  it('are answered at once, and the same again for a repeat', () => {
    expect([made.status, again.status, again.data.batch_id]).toEqual([201, 200, made.data.batch_id]);
  });

  it('are refused by field', () => {
    expect(refused).toMatchObject({ status: 422, details: { name: expect.any(String) } });
  });

  it('create their namespace, and change it in their order', async () => {
    expect(await ended('cloud-1')).toMatchObject({ status: 'SUCCESS', failure_reason: null });
    expect(changed).toMatchObject({ status: 'SUCCESS', failure_reason: null, number: 2 });
  });

  it('are shown with their object as the cluster has it', () => {
    expect(looked).toMatchObject({
      ...{ status: 'CREATED', resource_version: '2' },
      object: { spec: { replicas: 1 }, metadata: { namespace: 'requested' } },
    });
  });

  it('end with the deployment', () => {
    expect(deleted).toMatchObject({ status: 'SUCCESS', failure_reason: null });
    expect(gone).toMatchObject({ status: 'DELETED', object: null });
  });
});
