import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { FlotillaError } from '../../domain/errors.ts';
import { causeOfRefusal } from '../refusal.ts';

/** Creates the data folder and its missing parents. Returns those it created, outermost first. */
export const makeDataFolder = (data: string): readonly string[] => {
  try {
    return makeFolder(data);
  } catch (error) {
    throw unusableData(data, error);
  }
};

/** Throws what creating it would throw, without changing anything. Call it before anything starts. */
export const checkDataFolder = (data: string): void => {
  for (const folder of makeDataFolder(data).toReversed()) rmdirSync(folder);
};

const unusableData = (data: string, error: unknown): FlotillaError => {
  const message = `The data folder ${data} cannot be used: ${causeOfRefusal('keep data', error)}.`;
  return new FlotillaError('ConfigurationInvalid', message, { data }, error);
};

/** Opens a database of the data folder; `open` throws SQLite's error. */
export const openDataFile = <Opened>(path: string, open: () => Opened): Opened => {
  try {
    return open();
  } catch (error) {
    throw unusableFile(path, error);
  }
};

export const unusableFile = (path: string, error: unknown): FlotillaError => {
  const why = causeOfRefusal('keep data', error);
  const { errstr } = error as { readonly errstr?: string };
  const said = errstr === undefined ? '' : ` (SQLite: ${errstr})`;
  const message = `The data folder ${dirname(path)} cannot be used: ${basename(path)}: ${why}${said}.`;
  return new FlotillaError('ConfigurationInvalid', message, { data: dirname(path) }, error);
};

/**
 * One level at a time. Node's `recursive` loops for ever where creating a folder in an existing one answers ENOENT, as
 * in /proc.
 */
const makeFolder = (folder: string): readonly string[] => {
  if (isFolder(folder)) return [];
  const parent = dirname(folder);
  const made = parent === folder ? [] : makeFolder(parent);
  try {
    mkdirSync(folder);
    return [...made, folder];
  } catch (error) {
    // Another process may have created it meanwhile.
    if (isFolder(folder)) return made;
    throw error;
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
