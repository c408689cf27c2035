import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Documents } from '../domain/ports.ts';
import { awsPatience } from './aws-patience.ts';
import { checkDocumentPath } from './document-path.ts';

/**
 * Documents as objects of one bucket. Reading needs s3:ListBucket beside s3:GetObject. Without it, S3 answers 403 for a
 * missing object, and a missing document would look like a missing right.
 */
export class S3Documents implements Documents {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async get(path: string): Promise<string | undefined> {
    checkDocumentPath(path);
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: path }));
      return await Body?.transformToString('utf-8');
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async put(path: string, text: string): Promise<void> {
    checkDocumentPath(path);
    const ContentType = path.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8';
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: path, Body: text, ContentType }));
  }

  async remove(path: string): Promise<void> {
    checkDocumentPath(path);
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: path }));
  }
}

/** The bucket by name, with a client from the environment. */
export const connectS3Documents = (bucket: string): S3Documents => new S3Documents(new S3Client(awsPatience), bucket);
