import assert from 'node:assert/strict';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { Cdk, outputOf } from './cdk.ts';
import type { Clients } from './clients.ts';
import { remainsOf } from './remains.ts';

const stage = 'leaving';

/** Creates a stage that must leave nothing behind, puts something into it, deletes it, and checks. */
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
  const before = await remainsOf(clients, stage);
  for (const [kind, names] of Object.entries(before)) assert.ok(names.length > 0, `there are ${kind}`);
  await cdk.destroy();
  assert.deepEqual(await remainsOf(clients, stage), Object.fromEntries(Object.keys(before).map((kind) => [kind, []])));
};
