import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, test, vi } from 'vitest';
import { handler } from '../../functions/publish-events.ts';
import { observeBy, observer } from '../../functions/runtime/observer.ts';
import type { Measurement } from '../../lib/domain/measurement/measurement.ts';

const dynamo = mockClient(DynamoDBClient);
const bus = mockClient(EventBridgeClient);
const before = observer();

afterEach(() => {
  vi.unstubAllEnvs();
  observeBy(before);
  for (const client of [dynamo, bus]) client.reset(); // the handler keeps its clients
});

const image = {
  ...{ pk: { S: 'EVENTS#B' }, sk: { S: '00003#00009' }, batch_id: { S: 'B' }, type: { S: 'deployment' } },
  ...{ index: { N: '3' }, key: { S: 'core/ledger' }, seq: { N: '9' }, at: { N: '70000' }, actor: { S: 'record' } },
  ...{ from: { S: 'PROCESSING' }, to: { S: 'SUCCESS' }, reason: { S: 'Verified' }, message: { S: 'Runs.' } },
  detail: { M: { started_at: { N: '10000' } } },
};

const stubAll = (): void => {
  const names = { AWS_REGION: 'eu-central-1', TABLE_NAME: 'table', BUS_NAME: 'bus-of-dev' };
  const all = { ...names, ANCHORS_BUCKET: 'anchors', ANCHOR_KEY_ID: 'arn:key' };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
};

test('reads the row of an end that was not anchored, and asks for its feed', async () => {
  stubAll();
  dynamo.on(GetItemCommand).resolves({});
  const NewImage = {
    ...{ pk: { S: 'UNANCHORED' }, sk: { S: '000000000000009#B' } },
    ...{ batch_id: { S: 'B' }, since: { N: '9' }, at: { N: '9' } },
  };
  const Records = [{ eventName: 'INSERT' as const, dynamodb: { SequenceNumber: '1', NewImage } }];
  expect(await handler({ Records }, {} as Context)).toEqual({ batchItemFailures: [] });
  const asked = dynamo.commandCalls(GetItemCommand).map(({ args }) => args[0].input.Key?.pk?.S);
  expect(asked.sort()).toEqual(['ANCHORS', 'FEED#B']);
});

test('logs an event that gets its number with its ids, measures it, and puts it on the bus of the stage', async () => {
  stubAll();
  dynamo.on(GetItemCommand).resolves({});
  dynamo.on(TransactWriteItemsCommand).resolves({});
  bus.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }] });
  const told: (readonly [string, object])[] = [];
  const measured: Measurement[] = [];
  observeBy({
    ...before,
    tell: (message, about) => told.push([message, about]),
    measure: (measurements) => measured.push(...measurements),
  });
  const Records = [{ eventName: 'INSERT' as const, dynamodb: { SequenceNumber: '1', NewImage: image } }];
  expect(await handler({ Records }, {} as Context)).toEqual({ batchItemFailures: [] });
  const about = { batch_id: 'B', index: 3, key: 'core/ledger', number: 1, actor: 'record', to: 'SUCCESS' };
  expect(told).toEqual([['Runs.', { ...about, from: 'PROCESSING', reason: 'Verified' }]]);
  expect(measured).toEqual([
    { name: 'Deployments', value: 1, by: 'SUCCESS' },
    { name: 'DeploymentDuration', value: 60_000 },
  ]);
  const [entry] = bus.commandCalls(PutEventsCommand)[0]!.args[0].input.Entries!;
  expect(entry).toMatchObject({ EventBusName: 'bus-of-dev', Source: 'flotilla' });
  expect(JSON.parse(entry!.Detail!)).toMatchObject({ event_id: 'B/1', number: 1, detail: { started_at: 10_000 } });
});
