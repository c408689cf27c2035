import { GetObjectCommand, NoSuchBucket, NoSuchKey, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { FetchedManifests } from '../domain/manifests/manifest-sources.ts';
import { manifestLimits } from '../domain/manifests/parse-manifests.ts';
import { awsPatience } from './aws-patience.ts';

/** `s3://bucket/key`. */
const address = /^s3:\/\/([^/]+)\/(.+)$/;

/** One object of a bucket, in any region. */
export const fetchS3 = async (
  s3: string,
  client: S3Client = new S3Client({ ...awsPatience, followRegionRedirects: true }),
): Promise<FetchedManifests> => {
  const [, Bucket = '', Key = ''] = address.exec(s3) ?? [];
  try {
    const { Body, ContentLength = 0, VersionId } = await client.send(new GetObjectCommand({ Bucket, Key }));
    if (ContentLength > manifestLimits.bytes) {
      return { problem: `it has ${ContentLength} bytes; ${manifestLimits.bytes} are allowed` };
    }
    const text = (await Body?.transformToString('utf-8')) ?? '';
    return { text, ...(VersionId === undefined || VersionId === 'null' ? {} : { revision: VersionId }) };
  } catch (error) {
    return { problem: wordsOf(error) };
  }
};

const wordsOf = (error: unknown): string => {
  if (error instanceof NoSuchKey) return 'there is no such object';
  if (error instanceof NoSuchBucket) return 'there is no such bucket';
  if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403)
    return 'it may not be read, or is not there (403): the function plan-batch needs s3:GetObject on it';
  return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
};
