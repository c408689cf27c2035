import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
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

export const unusableData = (data: string, error: unknown): FlotillaError => {
  const message = `The data folder ${data} cannot be used: ${causeOfRefusal('keep data', error)}.`;
  return new FlotillaError('ConfigurationInvalid', message, { data }, error);
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
