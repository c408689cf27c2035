import { createHash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { S3Uploads } from '../../lib/adapters/s3-uploads.ts';
import { describeUploads, orderOf, type UploadWorld } from '../contracts/uploads.ts';
import { credentials, startBucket } from './bucket-server.ts';

const checksumOf = (text: string): string => createHash('sha256').update(text).digest('base64');

const clientAt = (settings: object): S3Client => new S3Client({ region: 'eu-central-1', credentials, ...settings });

const makeWorld = async () => {
  let later = 0;
  const clock = { now: () => Date.now() + later };
  const bucket = await startBucket(clock.now);
  const client = clientAt({ endpoint: bucket.url });
  const world: UploadWorld = {
    uploads: new S3Uploads({ client, bucket: 'documents', clock }),
    put: async ({ url, headers: { 'content-length': _, ...rest } }, body, headers) =>
      (await fetch(url, { method: 'PUT', body, headers: { ...rest, ...headers } })).ok,
    wait: (seconds) => {
      later += seconds * 1000;
    },
    close: async () => {
      client.destroy();
      await bucket.close();
    },
  };
  return { bucket, ...world };
};

describeUploads('S3Uploads', makeWorld);

describe('an address in S3', () => {
  const addressAt = async (settings: object, expiration?: Date): Promise<{ url: URL; expires_at: number }> => {
    const client = clientAt({ credentials: { ...credentials, ...(expiration && { expiration }) }, ...settings });
    const clock = { now: () => Date.parse('2026-03-04T05:06:07Z') };
    const { url, expires_at } = await new S3Uploads({ client, bucket: 'flotilla-documents', clock }).open(
      orderOf('version'),
    );
    return { url: new URL(url), expires_at };
  };

  it.each([
    ['eu-central-1', 'flotilla-documents.s3.eu-central-1.amazonaws.com'],
    ['cn-north-1', 'flotilla-documents.s3.cn-north-1.amazonaws.com.cn'],
  ])(
    'is at the host of the bucket in %s, for a quarter of an hour, and does not show our key',
    async (region, host) => {
      const { url, expires_at } = await addressAt({ region });
      expect([url.protocol, url.host]).toEqual(['https:', host]);
      expect(url.pathname).toMatch(/^\/uploads\/[0-9a-f]{40}\.yaml$/);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
        'X-Amz-Credential': `AKIDEXAMPLE/20260304/${region}/s3/aws4_request`,
        'X-Amz-Date': '20260304T050607Z',
        'X-Amz-Expires': '900',
        'X-Amz-Security-Token': 'session-example',
        'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
        'X-Amz-SignedHeaders': 'content-length;content-type;host;if-none-match;x-amz-checksum-sha256',
      });
      expect(new Date(expires_at).toISOString()).toBe('2026-03-04T05:21:07.000Z');
    },
  );

  it('expires with the key that signed it', async () => {
    const expiration = new Date('2026-03-04T05:10:00Z');
    expect((await addressAt({}, expiration)).expires_at).toBe(expiration.getTime());
  });

  it('reports exactly what is wrong', async () => {
    const world = await makeWorld();
    const address = await world.uploads.open(orderOf('abc'));
    const url = address.url.replace(/X-Amz-Expires=900/, 'X-Amz-Expires=9000');
    await world.put({ ...address, url }, 'abc');
    await world.put(address, 'abcd');
    await world.put(address, 'abd');
    await world.put(address, 'abd', { 'x-amz-checksum-sha256': checksumOf('abd') });
    world.wait(901);
    await world.put(address, 'abc');
    const unsigned = 'SignatureDoesNotMatch';
    expect(world.bucket.refusals).toEqual([unsigned, unsigned, 'BadDigest', unsigned, 'AccessDenied']);
    expect(world.bucket.objects.size).toBe(0);
    await world.close();
  });
});
