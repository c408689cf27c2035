import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { csvRecords } from '../../adapters/csv-records.ts';
import { mebibytes } from '../../domain/batch/batch-size.ts';
import type { Issue } from '../../domain/batch/issues.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { FoundInFile } from '../../domain/init/found-service.ts';
import { readCompose } from '../../domain/init/read-compose.ts';
import { readHelmfile } from '../../domain/init/read-helmfile.ts';
import { readTable, type TableOptions } from '../../domain/init/read-table.ts';

export const sourceKinds = ['compose', 'helmfile', 'csv'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** A file for people. A pipe has a path that says nothing, such as /dev/fd/63. */
export const sourceName = (kind: SourceKind, file: string): string =>
  isPipe(file) ? `the ${wordFor[kind]}` : basename(file);

const isPipe = (file: string): boolean => /^\/(?:dev|proc)\//.test(file);

const wordFor: Readonly<Record<SourceKind, string>> = { compose: 'compose file', helmfile: 'Helmfile', csv: 'table' };

type Read = FoundInFile | { readonly issues: readonly Issue[] };

const readers: Readonly<Record<SourceKind, (text: string, options: TableOptions) => Read>> = {
  compose: (text, { pillar }) => readCompose(text, pillar),
  helmfile: (text, { pillar }) => readHelmfile(text, pillar),
  csv: (text, options) => {
    const read = csvRecords(text);
    if ('records' in read) return readTable(read.records, options);
    const { line, problem: message } = read;
    return { issues: [{ line, column: 1, path: '', code: 'BadFormat', message }] };
  },
};

const mostBytes = 4 * 1024 * 1024;

/** Reads the services of a file. Throws ConfigurationInvalid with every problem. */
export const readSource = (kind: SourceKind, path: string, options: TableOptions): FoundInFile => {
  const read = readers[kind](textOf(path), options);
  if (!('issues' in read)) return read;
  const file = isPipe(path) ? sourceName(kind, path) : path;
  throw new FlotillaError('ConfigurationInvalid', `${file} cannot be read as ${nameOf[kind]}. Nothing was written.`, {
    issues: read.issues,
    file,
  });
};

const nameOf: Readonly<Record<SourceKind, string>> = { compose: 'a compose file', helmfile: 'a Helmfile', csv: 'CSV' };

/** Of a file, or of a pipe. */
const textOf = (file: string): string => {
  const bytes = bytesOf(file);
  if (bytes.length > mostBytes) throw unreadable(`${file} has more than ${mebibytes(mostBytes)}`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(`${file} is not UTF-8`, cause);
  }
};

const unreadable = (why: string, cause?: unknown): FlotillaError =>
  new FlotillaError('ConfigurationInvalid', `${why}. Nothing was written.`, {}, cause);

/** No more than one byte too many. */
const bytesOf = (file: string): Buffer => {
  let opened: number | undefined;
  try {
    opened = openSync(file, 'r');
    return readUpTo(opened, mostBytes + 1);
  } catch (cause) {
    throw unreadable(`${file} cannot be read`, cause);
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
};

const readUpTo = (opened: number, most: number): Buffer => {
  const parts: Buffer[] = [];
  for (let total = 0; total < most; ) {
    const part = Buffer.alloc(Math.min(65_536, most - total));
    const count = readSync(opened, part);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    total += count;
  }
  return Buffer.concat(parts);
};
