import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, ListSecretsCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it, vi } from 'vitest';
import { Api } from './api.ts';
import { clientsOf, givenCloud, stage } from './cloud.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);

const batch = `
version: v1.0
metadata: { name: Harness calls back }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 120, retry_count: 0 }
deployments: [{ pillar: risk, service_name: desk-limits, docker_image_version: 2.0.0-pipeline-slow }]
`;

/** Changes the secret in the callback address. Returns the earlier one, which running pipelines still use. */
const changeCallbackKey = async (): Promise<string> => {
  const { SecretList = [] } = await clients.secrets.send(new ListSecretsCommand({}));
  const SecretId = SecretList.find(({ Name }) => Name?.startsWith(`flotilla-${stage}-state-CallbackSecret`))?.ARN ?? '';
  const { SecretString = '' } = await clients.secrets.send(new GetSecretValueCommand({ SecretId }));
  await clients.secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'n'.repeat(40) }));
  return SecretString;
};

const call = (key: string): Promise<Response> =>
  fetch(`${cloud.api}/callbacks/harness/${key}`, { method: 'POST', body: '{"status":"Success"}' });

const hintedWatchers = async (): Promise<readonly (string | undefined)[]> => {
  const query = new QueryCommand({
    TableName: cloud.table,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': 'pk' },
    ExpressionAttributeValues: { ':pk': { S: 'HINTS' } },
  });
  return (await clients.dynamo.send(query)).Items?.map(({ sk }) => sk?.S) ?? [];
};

it('answers valid and invalid callbacks alike, and wakes the watcher only for valid ones', async () => {
  const api = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read', 'flotilla/deploy']));
  const batchId = await api.begin(batch);
  const isInFlight = async () =>
    Object.values(
      (await api.ask<{ deployments: { runs: unknown[] }[] }>(`/batches/${batchId}/deployments`)).deployments,
    ).flatMap(({ runs }) => runs).length > 0;
  await vi.waitUntil(isInFlight, { timeout: 250_000, interval: 200 });
  const before = await changeCallbackKey();
  const stranger = await call('x'.repeat(40));
  expect([stranger.status, await stranger.text(), await hintedWatchers()]).toEqual([202, '', []]);
  const friend = await call(before);
  expect([friend.status, await friend.text()]).toEqual([202, '']);
  expect(await hintedWatchers()).toContain('executor:harness:acme');
  expect((await api.follow(batchId)).batch).toMatchObject({ status: 'SUCCESS' });
});
