import { beforeAll, describe, expect, it } from 'vitest';
import { Api, type Ended } from './api.ts';
import { clientsOf, givenCloud } from './cloud.ts';
import { addPerson, fetchToken, logIn } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);

const text = `
version: v1.0
metadata: { name: To be read }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 120, retry_count: 0 }
deployments:
  - { pillar: risk, service_name: rate-feed, docker_image_version: 1.0.0 }
  - { pillar: risk, service_name: bond-pricer, docker_image_version: 1.0.0, metadata: { dependencies: [rate-feed] } }
`;

const keys = ['risk/rate-feed', 'risk/bond-pricer'];

describe('reading a batch, and the installation', () => {
  let api: Api;
  let ended: Ended;
  let path: string;

  beforeAll(async () => {
    api = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read', 'flotilla/deploy']));
    ended = await api.follow(await api.begin(text));
    path = `/batches/${ended.batchId}`;
  });

  it('gives the graph, with an ETag that saves sending it again', async () => {
    const response = await api.send(`${path}/graph`);
    expect(await response.json()).toMatchObject({ keys, levels: [0, 1], dependencies: [[], [0]], critical_path: keys });
    const etag = response.headers.get('etag') ?? '';
    expect((await api.send(`${path}/graph`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('gives one deployment by its key, with its history', async () => {
    const one = await api.ask<{ events: { to: string; number?: number }[] }>(`${path}/deployments/risk/rate-feed`);
    expect(one).toMatchObject({ key: 'risk/rate-feed', status: 'SUCCESS' });
    expect(one.events.at(-1)).toMatchObject({ to: 'SUCCESS', number: expect.any(Number) });
    expect((await api.send(`${path}/deployments/risk/rate-fed`)).status).toBe(404);
  });

  it('gives the changes of all batches in one feed', async () => {
    const { events } = await api.ask<{
      events: { batch_id: string; to: string; type: string; in_batch?: { number: number; hash: string } }[];
    }>('/events?after=-1000&limit=1000');
    const own = events.filter(({ batch_id, type }) => batch_id === ended.batchId && type === 'batch');
    const [last] = ended.feed.filter(({ type }) => type === 'batch').slice(-1);
    expect(own.at(-1)).toMatchObject({ to: 'SUCCESS', in_batch: { number: last?.number, hash: last?.hash } });
  });

  it('gives reports for build servers and for people', async () => {
    const junit = await api.send(`${path}/report?format=junit`);
    expect(junit.headers.get('content-type')).toMatch(/^application\/xml/);
    expect(await junit.text()).toContain('<testsuite name="staging.risk"');
    expect(await (await api.send(`${path}/report?format=markdown`)).text()).toContain('# To be read');
  });

  it('gives names, accounts, clusters and the queue', async () => {
    const { pillars } = await api.ask<{ pillars: { name: string }[] }>('/catalogue');
    expect(pillars.map(({ name }) => name)).toContain('risk');
    const { executors } = await api.ask<{ executors: { account: string; simulated: boolean }[] }>('/executors');
    const accounts = ['harness:acme', 'kubernetes:eu-1', 'kubernetes:partner', 'kubernetes:vault'];
    expect(executors.map(({ account, simulated }) => [account, simulated])).toEqual(
      accounts.map((one) => [one, false]),
    );
    const { clusters } = await api.ask<{ clusters: { name: string }[] }>('/clusters');
    expect(clusters.map(({ name }) => name).sort()).toEqual(['eu-1', 'partner', 'vault']);
    expect(clusters.find(({ name }) => name === 'eu-1')).toMatchObject({ identity_known_since: expect.any(String) });
    expect(await api.ask('/queue')).toMatchObject({ messages: { rejected: { count: 0 } } });
  });

  it('gives logs to callers with the scope, by a function of its own, and to nobody else', async () => {
    const logs = `${path}/deployments/risk/rate-feed/logs?tail=5`;
    expect((await api.send(logs)).status).toBe(403);
    const person = await addPerson(clients, cloud, { name: 'lora', group: 'readers' });
    const reader = new Api(cloud, await logIn(cloud, person, ['read', 'logs']));
    const { pods } = await reader.ask<{ pods: { containers: { lines: string[] }[] }[] }>(logs);
    expect(pods.length).toBeGreaterThan(0);
    expect(pods[0]?.containers[0]?.lines.length).toBeGreaterThan(0);
  });
});
