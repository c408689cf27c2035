import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { awsPatience } from '../../lib/adapters/aws-patience.ts';

const { requestHandler } = awsPatience;
const hurried = { requestHandler: { ...requestHandler, requestTimeout: 100 } };

test.each<[string, (options: object) => Promise<unknown>]>([
  [
    'KMS',
    (options) =>
      new KMSClient(options).send(
        new SignCommand({ KeyId: 'k', Message: Buffer.from('x'), SigningAlgorithm: 'ECDSA_SHA_256' }),
      ),
  ],
  [
    'S3',
    (options) =>
      new S3Client({ ...options, forcePathStyle: true }).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
  ],
])('tries %s three times when it does not answer, and then gives up', async (_, ask) => {
  let asked = 0;
  const server = createServer(() => {
    asked += 1;
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const place = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
  };
  await expect(ask({ ...place, ...hurried })).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(asked).toBe(3);
});

test('all tries end before an API call times out', () => {
  expect(3 * (requestHandler.connectionTimeout + requestHandler.requestTimeout)).toBeLessThan(29_000);
});
