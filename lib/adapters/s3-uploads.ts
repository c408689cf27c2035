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
 * Uploads as objects below `uploads/`, put by presigned requests. Size, type and SHA-256 are signed, and so is the
 * condition that nothing is there yet: S3 accepts exactly that, once. The signer needs s3:PutObject there. A rule of
 * the bucket removes uploads after a day or two.
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
    // S3 hashes the path as it is, and does not hash a body that is not known yet.
    const signer = new SignatureV4({ ...config, credentials, service: 's3', uriEscapePath: false });
    const { host, request } = await this.#whereToPut(upload_id);
    const signed = await signer.presign(
      { ...request, headers: { ...headers, host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } },
      // In the address it would be stated, but the sender would not have to send it.
      { expiresIn: uploadLife.address, signingDate: new Date(now), unhoistableHeaders: new Set([checksum]) },
    );
    // An address expires with the key that signed it, at the latest.
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
      // Unread data would keep its connection open.
      (Body as { destroy?(): void } | undefined)?.destroy?.();
      if (age > uploadLife.text * 1000) return undefined;
      throw uploadTooLarge(ContentLength, most);
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  /** The bucket is versioned, so deleting it would free nothing. */
  async drop(): Promise<void> {}

  /**
   * The client knows its bucket's host (region, partition, other endpoint) once it has built a request. This one is not
   * sent.
   */
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

/** The bucket by name, with a client from the environment. */
export const connectS3Uploads = (bucket: string, clock: Pick<Clock, 'now'>): S3Uploads =>
  new S3Uploads({ client: new S3Client(awsPatience), bucket, clock });
