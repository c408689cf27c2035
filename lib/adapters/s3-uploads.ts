import { randomBytes } from 'node:crypto';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock, UploadAddress, UploadOrder, Uploads } from '../domain/ports.ts';
import { checkUploadId, uploadHeaders, uploadIdBytes, uploadLife, uploadTooLarge } from '../domain/record/upload.ts';
import { awsPatience } from './aws-patience.ts';

type Signable = Parameters<SignatureV4['presign']>[0];

export interface S3UploadsOptions {
  readonly client: S3Client;
  readonly bucket: string;
  readonly clock: Pick<Clock, 'now'>;
}

const checksum = 'x-amz-checksum-sha256';

/**
 * Uploads as objects below `uploads/`, put by presigned requests: size, type and SHA-256 are signed, and that nothing is there
 * yet, so that S3 takes nothing else, once. Whoever signs needs s3:PutObject there. A rule of the bucket removes them after a
 * day or two.
 */
export class S3Uploads implements Uploads {
  readonly #options: S3UploadsOptions;

  constructor(options: S3UploadsOptions) {
    this.#options = options;
  }

  async open(order: UploadOrder): Promise<UploadAddress> {
    const { client, clock } = this.#options;
    const now = clock.now();
    const upload_id = randomBytes(uploadIdBytes).toString('hex');
    const headers = {
      ...uploadHeaders(order),
      'if-none-match': '*',
      [checksum]: Buffer.from(order.sha256, 'hex').toString('base64'),
    };
    const { config } = client;
    const credentials = await config.credentials();
    // S3 hashes the path as it is, and a body that is not known yet not at all.
    const signer = new SignatureV4({ ...config, credentials, service: 's3', uriEscapePath: false });
    const { host, request } = await this.#whereToPut(upload_id);
    const signed = await signer.presign(
      { ...request, headers: { ...headers, host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } },
      // In the address it would be said, but not be asked of whoever puts something there.
      { expiresIn: uploadLife.address, signingDate: new Date(now), unhoistableHeaders: new Set([checksum]) },
    );
    // An address is good for no longer than the key that has signed it.
    const keyEnds = credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    const expires_at = Math.min(now + uploadLife.address * 1000, keyEnds);
    return { upload_id, url: `${signed.protocol}//${host}${signed.path}?${queryOf(signed)}`, headers, expires_at };
  }

  async read(uploadId: string, most: number): Promise<Uint8Array | undefined> {
    const { client, bucket, clock } = this.#options;
    checkUploadId(uploadId);
    try {
      const {
        Body,
        ContentLength = 0,
        LastModified,
      } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(uploadId) }));
      const age = clock.now() - (LastModified?.getTime() ?? 0);
      if (age <= uploadLife.text * 1000 && ContentLength <= most) return await Body?.transformToByteArray();
      // What is left unread would keep its connection.
      (Body as { destroy?(): void } | undefined)?.destroy?.();
      if (age > uploadLife.text * 1000) return undefined;
      throw uploadTooLarge(ContentLength, most);
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  /** The bucket has versions, so that taking it away would free nothing. */
  async drop(): Promise<void> {}

  /** The client knows the host of its bucket (region, partition, another endpoint) when it has made a request: this one is not sent. */
  async #whereToPut(uploadId: string): Promise<{ readonly host: string; readonly request: Signable }> {
    const command = new PutObjectCommand({ Bucket: this.#options.bucket, Key: keyOf(uploadId) });
    let made: Signable | undefined;
    command.middlewareStack.add(
      () => async (call) => {
        made = call.request as Signable;
        return { response: undefined, output: { $metadata: {} } };
      },
      { step: 'build', priority: 'high' },
    );
    await this.#options.client.send(command);
    const { hostname, port, protocol, path } = made!;
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    return { host, request: { method: 'PUT', protocol, hostname, path, query: {}, headers: {} } };
  }
}

const keyOf = (uploadId: string): string => `uploads/${uploadId}.yaml`;

const queryOf = ({ query = {} }: Pick<Signable, 'query'>): string =>
  Object.entries(query)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join('&');

/** The bucket by name, with a client as the environment sets it up. */
export const connectS3Uploads = (bucket: string, clock: Pick<Clock, 'now'>): S3Uploads =>
  new S3Uploads({ client: new S3Client(awsPatience), bucket, clock });
