import * as z from 'zod';

/**
 * Where manifests that are not inline are stored, for batches and the configuration. The patterns mean the same in
 * every dialect.
 */

const named = (pattern: RegExp, words: string) => z.string().regex(pattern, words);

/** A repository that needs no password in its address. */
const repository = named(
  /^https:\/\/[A-Za-z0-9.:-]{1,253}\/[A-Za-z0-9._~%+/-]{1,1024}$/,
  'is not a repository like https://host/path',
);
const gitRef = named(/^[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}$/, 'is not a branch, a tag or a commit');
const s3Object = named(/^s3:\/\/[a-z0-9.-]{3,63}\/[!-~]{1,1024}$/, 'is not an object like s3://bucket/key');
const noPath = 'is not a path in the repository, like deploy/web';
const repositoryPath = named(/^[A-Za-z0-9_.@+~-][A-Za-z0-9_.@+~/-]{0,1023}$/, noPath).refine(
  (path) => !path.split('/').includes('..'),
  noPath,
);

/** One object in a bucket. */
export const s3Source = z.strictObject({ s3: s3Object });

/** All YAML and JSON files below a path in a repository. */
export const gitSource = z.strictObject({ git: repository, ref: gitRef, path: repositoryPath.optional() });

export const manifestSource = z.union([s3Source, gitSource]);

/** What a batch may contain. The command line replaces `path` with the files' text. */
export const writtenManifests = z.union([
  z.string().min(1).describe('Kubernetes manifests: one or more YAML documents, as a block scalar (|).'),
  z.strictObject({ path: z.string().min(1).max(4096) }).describe('A file or a folder, read by the command line.'),
  s3Source.describe('An object in S3, read when the batch is planned.'),
  gitSource.describe('A repository, read over HTTPS when the batch is planned.'),
]);
