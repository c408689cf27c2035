import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Recordings are kept outside this repository: they are others' data, under others' licences. */
const root = join(import.meta.dirname, '..', '..');
const folder = resolve(root, process.env.FLOTILLA_CASES ?? '../shared/cases');

/** The path of a file of recordings. */
export const casesAt = (...path: readonly string[]): string => join(folder, ...path);

/** Called by vitest before the tests: without recordings there is nothing to compare, which is an error. */
export const setup = (): void => {
  if (!existsSync(folder))
    throw new Error(`There are no recordings in ${folder}. FLOTILLA_CASES names another folder.`);
};
