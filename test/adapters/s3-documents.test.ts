import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { S3Documents } from '../../lib/adapters/s3-documents.ts';
import { describeDocuments } from '../contracts/documents.ts';

const bucketOf = () => {
  const client = new S3Client({ region: 'eu-central-1' });
  return { client, bucket: mockClient(client), documents: new S3Documents(client, 'documents') };
};

/** A bucket in memory, with the calls that the adapter uses. */
const inMemory = (): S3Documents => {
  const { bucket, documents } = bucketOf();
  const objects = new Map<string, Buffer>();
  bucket.on(PutObjectCommand).callsFake(({ Key, Body }) => {
    objects.set(Key, Buffer.from(Body));
    return {};
  });
  bucket.on(GetObjectCommand).callsFake(({ Key }) => {
    const object = objects.get(Key);
    if (object === undefined) throw new NoSuchKey({ $metadata: {}, message: 'The specified key does not exist.' });
    return { Body: { transformToString: async () => object.toString('utf8') } };
  });
  bucket.on(DeleteObjectCommand).callsFake(({ Key }) => {
    objects.delete(Key);
    return {};
  });
  return documents;
};

describeDocuments('S3Documents', inMemory);

describe('S3Documents', () => {
  it.each([
    ['plan.json', 'application/json'],
    ['batch.yaml', 'text/plain; charset=utf-8'],
  ])('puts %s into its bucket as %s', async (path, type) => {
    const { bucket, documents } = bucketOf();
    bucket.on(PutObjectCommand).resolves({});
    await documents.put(path, 'text');
    expect(bucket.commandCalls(PutObjectCommand).map(({ args }) => args[0].input)).toEqual([
      { Bucket: 'documents', Key: path, Body: 'text', ContentType: type },
    ]);
  });

  it('does not mistake a missing right for a missing document', async () => {
    const { bucket, documents } = bucketOf();
    const denied = new S3ServiceException({ name: 'AccessDenied', $fault: 'client', $metadata: {} });
    bucket.on(GetObjectCommand).rejects(denied);
    await expect(documents.get('a')).rejects.toBe(denied);
  });
});
