import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../lib/domain/record/anchor.ts';
import { checkAnchors } from '../../lib/domain/record/check-anchors.ts';
import { checkBatch } from '../../lib/domain/record/check-batch.ts';
import { queues } from '../../lib/infra/metrics.ts';
import type { AnchorPage } from '../../lib/usecases/record/read-anchors.ts';
import { exampleBatch, outcomes } from '../example.ts';
import { Api, type Ended, type FeedEvent } from './api.ts';
import { type BusEvent, BusQueue } from './bus-queue.ts';
import { account, clientsOf, givenCloud, region, stage } from './cloud.ts';
import { placed } from './configuration.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);

const batch = exampleBatch({ concurrency: 10, timeout: 120 });

const token = (...scopes: readonly string[]): Promise<string> => fetchToken(clients, cloud, scopes);

let api: Api;
let queue: BusQueue;

beforeAll(async () => {
  api = new Api(cloud, await token('flotilla/read', 'flotilla/deploy'));
  queue = await BusQueue.behind(clients, cloud);
});

describe('the deployed API', () => {
  it('lets nobody in without a token', async () => {
    const statuses = [new Api(cloud), new Api(cloud, 'eyJhbGciOiJub25lIn0.e30.')].map(async (stranger) => [
      (await stranger.submit(batch)).status,
      (await stranger.send('/batches')).status,
    ]);
    expect(await Promise.all(statuses)).toEqual([
      [401, 401],
      [401, 401],
    ]);
  });

  it('lets a reader read and not deploy', async () => {
    const reader = new Api(cloud, await token('flotilla/read'));
    expect([(await reader.send('/batches')).status, (await reader.submit(batch)).status]).toEqual([200, 403]);
  });

  it('gives a program no right to act for a person', async () => {
    await expect(token('flotilla/admin')).rejects.toThrow(/^no token: 400 /);
    await expect(token('flotilla/approve')).rejects.toThrow(/^no token: 400 /);
    const decision = JSON.stringify({ status: 'SUCCESS', reason: 'looked' });
    const request = { method: 'POST', body: decision, headers: { 'content-type': 'application/json' } };
    const address = '/batches/none/deployments/risk/limit-check/resolve';
    const program = new Api(cloud, await token('flotilla/read', 'flotilla/deploy'));
    expect((await program.send(address, request)).status).toBe(403);
  });

  it.each([
    ['text that is no YAML', 'deployments: [', 'application/yaml', 400, 'YamlInvalid'],
    ['a batch with mistakes', batch.replaceAll('trade-intake', 'trade-intaek'), 'text/yaml', 422, 'BatchInvalid'],
    ["a form of another site's page", batch, 'text/plain', 415, 'UnsupportedMediaType'],
  ])('says what is wrong with %s', async (_, text, type, status, code) => {
    const response = await api.submit(text, type);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ status, code })]);
  });
});

describe('a batch', () => {
  let told: Ended;

  beforeAll(async () => {
    told = await api.follow(await api.begin(batch));
  });

  it('gives each deployment the expected outcome', () => {
    const { deployments } = told;
    expect(deployments).toMatchObject(outcomes);
    expect(deployments['clearing/netting-engine']).toMatchObject({ failure: { reason: 'ImagePullBackOff' } });
    expect(Object.keys(deployments)).toHaveLength(5);
    expect(deployments['clearing/trade-intake']?.message).toContain('Health: ');
    expect(told.batch).toMatchObject({ status: 'FAILED', reason: 'DeploymentsFailed', total: 5 });
  });

  it("starts each attempt once, by Harness's count", async () => {
    const { by_key } = (await (await fetch(`${cloud.harness}/simulator/runs`)).json()) as {
      by_key: Readonly<Record<string, number>>;
    };
    const keys = Object.values(told.deployments).flatMap(({ runs }) => runs.map(({ key }) => key));
    expect(keys).toHaveLength(6); // one, one and its restore, none, one, two
    const mine = Object.entries(by_key).filter(([key]) => key.startsWith(told.batchId));
    expect(Object.fromEntries(mine)).toEqual(Object.fromEntries(keys.map((key) => [key, 1])));
  });

  it('leaves on the cluster what was verified and what was restored', async () => {
    const imageOf = async (resource: string, namespace: string, name: string): Promise<string | undefined> => {
      const response = await fetch(`${cloud.cluster}/apis/apps/v1/namespaces/${namespace}/${resource}/${name}`);
      const { spec } = (await response.json()) as { spec: { template: { spec: { containers: { image: string }[] } } } };
      return spec.template.spec.containers[0]?.image.split('/').at(-1);
    };
    expect(await imageOf('deployments', 'clearing', 'trade-intake')).toBe('trade-intake:5.1.3');
    expect(await imageOf('deployments', 'clearing', 'netting-engine')).toBe('netting-engine:4.1.0');
    expect(await imageOf('statefulsets', 'risk', 'position-store-v2')).toMatch(/:1\.8\.0$/);
  });

  it('is one execution of that name, with a child for each deployment', async () => {
    const executionArn = `arn:aws:states:${region}:${account}:execution:flotilla-${stage}-batch:${told.batchId}`;
    expect(told.batch.execution_arn).toBe(executionArn);
    expect(await clients.states.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'SUCCEEDED',
    });
    const children = Object.values(told.deployments).map(({ execution_arn }) => execution_arn ?? 'none');
    expect(new Set(children).size).toBe(5);
    for (const child of children) {
      expect(child).toMatch(new RegExp(`^arn:aws:states:${region}:${account}:execution:flotilla-${stage}-batch/\\w+:`));
      const { status } = await clients.states.send(new DescribeExecutionCommand({ executionArn: child }));
      expect(status).toBe('SUCCEEDED');
    }
  });

  it("runs nothing in the emulator's Step Functions, which would run it wrong", async () => {
    for (const stateMachineArn of [cloud.batchMachine, cloud.watchMachine, cloud.previewMachine]) {
      const { executions } = await clients.machines.send(new ListExecutionsCommand({ stateMachineArn }));
      expect(executions).toEqual([]);
    }
  });

  it('is announced on the bus, event by event, at least once', async () => {
    const numbers = told.feed.map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    const mine = ({ detail }: BusEvent): boolean => detail.batch_id === told.batchId;
    const line = ({ number, key = 'the batch', to }: Pick<FeedEvent, 'number' | 'key' | 'to'>) =>
      `${number} ${key} ${to}`;
    await expect
      .poll(async () => new Set((await queue.read()).filter(mine).map(({ detail }) => line(detail))), {
        timeout: 20_000,
      })
      .toEqual(new Set(told.feed.map(line)));
    const last = (await queue.read()).filter(mine).find(({ detail }) => detail.number === numbers.at(-1));
    expect(last).toMatchObject({
      source: 'flotilla',
      'detail-type': 'Batch Status Change',
      detail: { event_id: `${told.batchId}/${numbers.length}`, to: 'FAILED' },
    });
  });

  it('has its end anchored, signed by the key of the stage, and checked from outside', async () => {
    const page = async () => (await api.ask<AnchorPage>('/anchors')).anchors;
    const ofBatch = async () => (await page()).filter(({ batch_id }) => batch_id === told.batchId);
    await expect
      .poll(async () => (await ofBatch()).map(({ number }) => number), { timeout: 20_000 })
      .toEqual([told.feed.length]);
    const { PublicKey = new Uint8Array() } = await clients.keys.send(
      new GetPublicKeyCommand({ KeyId: cloud.anchorKey }),
    );
    const keys = [fingerprintOf(Buffer.from(PublicKey).toString('base64'))];
    const anchors = await page();
    expect(checkAnchors(anchors, { keys })).toEqual([]);
    const events = told.feed.map((event) => ({ ...event, at: Date.parse(event.at) }));
    const recorded = { batch_id: told.batchId, exists: true, ended_at: Date.now(), events, anchors: await ofBatch() };
    expect(checkBatch(recorded, { now: Date.now(), begun: anchors[0]?.at })).toMatchObject({ proof: 'proved' });
  });

  it('leaves nothing in a dead-letter queue', async () => {
    const { QueueUrls = [] } = await clients.sqs.send(new ListQueuesCommand({ QueueNamePrefix: `flotilla-${stage}-` }));
    // Each place has one for its survey, which is named after it.
    const surveyed = Object.values(placed).map(({ place }) => place);
    expect(QueueUrls.map((url) => url.split('-').at(-3)).sort()).toEqual([...queues, ...surveyed].sort());
    for (const QueueUrl of QueueUrls) {
      const AttributeNames = ['ApproximateNumberOfMessages'] as const;
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
      );
      expect([QueueUrl, Attributes?.ApproximateNumberOfMessages]).toEqual([QueueUrl, '0']);
    }
  });
});
