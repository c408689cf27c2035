import assert from 'node:assert/strict';
import { type CloudWatchClient, DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import { ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ListSecretsCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { Cdk, outputOf } from './cdk.ts';
import type { Clients } from './cloud.ts';

const stage = 'leaving';

type Names = readonly (string | undefined)[];

/** The one of the stage. The emulator's list of all of them is none that the SDK can read. */
const dashboardsOf = async (alarms: CloudWatchClient): Promise<Names> => {
  try {
    const { DashboardName } = await alarms.send(new GetDashboardCommand({ DashboardName: `flotilla-${stage}` }));
    return [DashboardName];
  } catch (error) {
    if (/NotFound/.test((error as Error).name)) return [];
    throw error;
  }
};

/** What there is of a stage, by its kind. Everything that a stage makes is named after it, or after a stack that is. */
const remainsOf = async (clients: Clients): Promise<Readonly<Record<string, readonly string[]>>> => {
  const { alarms, cognito, dynamo, emulatedStates, events, lambda, s3, secrets, sns, sqs } = clients;
  const all: Readonly<Record<string, Names | undefined>> = {
    alarms: (await alarms.send(new DescribeAlarmsCommand({}))).MetricAlarms?.map((one) => one.AlarmName),
    buckets: (await s3.send(new ListBucketsCommand({}))).Buckets?.map((one) => one.Name),
    buses: (await events.send(new ListEventBusesCommand({}))).EventBuses?.map((one) => one.Name),
    dashboards: await dashboardsOf(alarms),
    functions: (await lambda.send(new ListFunctionsCommand({}))).Functions?.map((one) => one.FunctionName),
    machines: (await emulatedStates.send(new ListStateMachinesCommand({}))).stateMachines?.map((one) => one.name),
    pools: (await cognito.send(new ListUserPoolsCommand({ MaxResults: 60 }))).UserPools?.map((one) => one.Name),
    queues: (await sqs.send(new ListQueuesCommand({}))).QueueUrls,
    secrets: (await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList?.map(
      (one) => one.Name,
    ),
    tables: (await dynamo.send(new ListTablesCommand({}))).TableNames,
    topics: (await sns.send(new ListTopicsCommand({}))).Topics?.map((one) => one.TopicArn),
  };
  return Object.fromEntries(
    Object.entries(all).map(([kind, names = []]) => [
      kind,
      names.filter((name): name is string => name?.includes(`flotilla-${stage}`) === true),
    ]),
  );
};

/** Makes a stage that was told to leave nothing behind, puts something into it, takes it away, and looks. */
export const checkLeaving = async (clients: Clients, place: { folder: string; emulator: string }): Promise<void> => {
  const cdk = new Cdk(place.folder, place.emulator, { stage, settings: ['on_destroy=delete'] });
  const outputs = await cdk.deploy();
  const of = (name: RegExp): string => outputOf(outputs, { stage, stack: 'state', name });
  const Item = { pk: { S: 'BATCHES' }, sk: { S: 'one' } };
  await clients.dynamo.send(new PutItemCommand({ TableName: of(/RefTable/), Item }));
  for (const Body of ['first version', 'second version']) {
    const document = { Bucket: of(/^DocumentsBucket$/), Key: 'batches/one/source.yaml', Body };
    await clients.s3.send(new PutObjectCommand(document));
  }
  const secret = { SecretId: of(/^HarnessSecretId$/), SecretString: '{"api_key":"k"}' };
  await clients.secrets.send(new PutSecretValueCommand(secret));
  const before = await remainsOf(clients);
  for (const [kind, names] of Object.entries(before)) assert.ok(names.length > 0, `there are ${kind}`);
  await cdk.destroy();
  assert.deepEqual(await remainsOf(clients), Object.fromEntries(Object.keys(before).map((kind) => [kind, []])));
};
