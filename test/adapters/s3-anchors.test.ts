import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { S3Anchors } from '../../lib/adapters/s3-anchors.ts';
import { anchorsContract } from '../contracts/anchors.ts';

const bucketOf = () => {
  const client = new S3Client({ region: 'eu-central-1' });
  return { bucket: mockClient(client), anchors: new S3Anchors(client, 'anchors') };
};

const refusal = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode } });

/** A bucket in memory, with the two calls that the adapter uses. */
const inMemory = (): S3Anchors => {
  const { bucket, anchors } = bucketOf();
  const objects = new Map<string, string>();
  bucket.on(PutObjectCommand).callsFake(({ Key, Body, IfNoneMatch }) => {
    if (IfNoneMatch === '*' && objects.has(Key)) throw refusal('PreconditionFailed', 412);
    objects.set(Key, Body);
    return {};
  });
  bucket.on(GetObjectCommand).callsFake(({ Key }) => {
    const text = objects.get(Key);
    if (text === undefined) throw new NoSuchKey({ $metadata: {}, message: 'The specified key does not exist.' });
    return { Body: { transformToString: async () => text } };
  });
  return anchors;
};

anchorsContract('S3Anchors', (look) => look(inMemory()));

test('S3Anchors put objects whose names sort like their numbers, and never overwrite one', async () => {
  const { bucket, anchors } = bucketOf();
  bucket.on(PutObjectCommand).resolves({});
  await anchors.put(12, '{}');
  expect(bucket.commandCalls(PutObjectCommand)[0]!.args[0].input).toEqual({
    ...{ Bucket: 'anchors', Key: '000000012.json', Body: '{}', ContentType: 'application/json', IfNoneMatch: '*' },
  });
});

test('S3Anchors let a concurrent writer have the number, and report all other errors', async () => {
  const { bucket, anchors } = bucketOf();
  bucket.on(PutObjectCommand).rejects(refusal('ConditionalRequestConflict', 409));
  expect(await anchors.put(1, '{}')).toBe(false);
  const denied = refusal('AccessDenied', 403);
  bucket.on(PutObjectCommand).rejects(denied).on(GetObjectCommand).rejects(denied);
  await expect(anchors.put(1, '{}')).rejects.toBe(denied);
  await expect(anchors.get(1)).rejects.toBe(denied);
});
