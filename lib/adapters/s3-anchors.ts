import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { Anchors } from '../domain/ports.ts';
import { anchorName } from '../domain/record/anchor-name.ts';
import { awsPatience } from './aws-patience.ts';

/** An object of that name exists (412), or another process is writing one (409). */
const isTaken = (error: unknown): boolean =>
  error instanceof S3ServiceException && [409, 412].includes(error.$metadata.httpStatusCode ?? 0);

/** Anchors as objects in their own bucket. Reading needs s3:ListBucket, as with documents. */
export class S3Anchors implements Anchors {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async get(sequence: number): Promise<string | undefined> {
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: anchorName(sequence) }),
      );
      return await Body?.transformToString('utf-8');
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async put(sequence: number, text: string): Promise<boolean> {
    const object = { Bucket: this.#bucket, Key: anchorName(sequence), Body: text, ContentType: 'application/json' };
    try {
      await this.#client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  }
}

/** The bucket by name, with a client from the environment. */
export const connectS3Anchors = (bucket: string): S3Anchors => new S3Anchors(new S3Client(awsPatience), bucket);
