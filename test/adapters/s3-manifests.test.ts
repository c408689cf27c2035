import { GetObjectCommand, NoSuchBucket, NoSuchKey, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { OwnManifestSources } from '../../lib/adapters/manifest-sources.ts';
import { fetchS3 } from '../../lib/adapters/s3-manifests.ts';

const metadata = (httpStatusCode: number) => ({ $metadata: { httpStatusCode }, message: 'x' });

const answered = (answer: object | Error) => {
  const client = new S3Client({ region: 'eu-central-1' });
  const bucket = mockClient(client);
  if (answer instanceof Error) bucket.on(GetObjectCommand).rejects(answer);
  else bucket.on(GetObjectCommand).resolves(answer);
  return { client, bucket };
};

const Body = { transformToString: async () => 'a: 1' } as never;

test.each<readonly [string, object | Error, object]>([
  ['an object', { Body, ContentLength: 4 }, { text: 'a: 1' }],
  ['one with versions', { Body, ContentLength: 4, VersionId: 'v7' }, { text: 'a: 1', revision: 'v7' }],
  ['one from before there were versions', { Body, ContentLength: 4, VersionId: 'null' }, { text: 'a: 1' }],
  [
    'one that is too large',
    { Body, ContentLength: 5_000_000 },
    { problem: 'it has 5000000 bytes; 4194304 are allowed' },
  ],
  ['none', new NoSuchKey(metadata(404)), { problem: 'there is no such object' }],
  ['no bucket', new NoSuchBucket(metadata(404)), { problem: 'there is no such bucket' }],
  [
    'no right',
    new S3ServiceException({ ...metadata(403), name: 'AccessDenied', $fault: 'client' }),
    { problem: expect.stringMatching(/may not be read, or is not there \(403\)/) },
  ],
  ['no network', new Error('socket hang up'), { problem: 'it cannot be read: socket hang up' }],
])('%s', async (_, answer, found) => {
  const { client, bucket } = answered(answer);
  expect(await fetchS3('s3://deploys/web/all.yaml', client)).toEqual(found);
  expect(bucket.commandCalls(GetObjectCommand)[0]!.args[0].input).toEqual({ Bucket: 'deploys', Key: 'web/all.yaml' });
});

test('refuses the bucket of Flotilla itself', async () => {
  const sources = new OwnManifestSources({ documents: 'stage-documents' });
  expect(await sources.obtain({ s3: 's3://stage-documents/batches/another/batch.json' })).toEqual({
    problem: 'it is in the bucket of Flotilla itself, which has no manifests for others',
  });
});
