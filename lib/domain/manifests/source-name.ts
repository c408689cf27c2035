import type { ManifestOrigin } from './kubernetes-settings.ts';

/** `s3://bucket/key`, or `https://host/repository main deploy/web`. */
export const nameOfSource = (from: ManifestOrigin): string =>
  's3' in from ? from.s3 : [from.git, from.ref, from.path].filter((part) => part !== undefined).join(' ');
