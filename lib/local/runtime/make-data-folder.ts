import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { FlotillaError } from '../../domain/errors.ts';
import { causeOfRefusal } from '../refusal.ts';

/** Makes the folder of the data and those it stands in. Gives those that were missing, outermost first. */
export const makeDataFolder = (data: string): readonly string[] => {
  try {
    return makeFolder(data);
  } catch (error) {
    throw unusableData(data, error);
  }
};

/** Throws what making it would throw, and leaves things as they are: to be asked before anything is started. */
export const checkDataFolder = (data: string): void => {
  for (const folder of makeDataFolder(data).toReversed()) rmdirSync(folder);
};

const unusableData = (data: string, error: unknown): FlotillaError => {
  const message = `The data folder ${data} cannot be used: ${causeOfRefusal('keep data', error)}.`;
  return new FlotillaError('ConfigurationInvalid', message, { data }, error);
};

/** Opens a database of the data; `open` throws what SQLite says where it cannot. */
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
 * One after the other. Node's own `recursive` asks for ever where making a folder in one that is there answers ENOENT, as
 * /proc does.
 */
const makeFolder = (folder: string): readonly string[] => {
  if (isFolder(folder)) return [];
  const parent = dirname(folder);
  const made = parent === folder ? [] : makeFolder(parent);
  try {
    mkdirSync(folder);
    return [...made, folder];
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (isFolder(folder)) return made;
    throw error;
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
