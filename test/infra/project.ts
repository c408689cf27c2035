import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the project. */
export const root = join(import.meta.dirname, '../..');

/** What `cdk` reads, so that the tests see the feature flags that ship. */
export const cdkJson = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as {
  readonly context: Readonly<Record<string, unknown>>;
} & Readonly<Record<string, unknown>>;
