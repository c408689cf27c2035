import { resolve } from 'node:path';
import { FlotillaError } from '../domain/errors.ts';
import { readTextFile } from './read-text-file.ts';

export interface ConfigurationPlace {
  /** The file was named explicitly, so it must exist. */
  readonly file?: string | undefined;
  readonly directory: string;
}

export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
}

export const defaultFile = 'flotilla.config.yaml';

/**
 * The text of the named file, else of `flotilla.config.yaml` here. Undefined if there is none. Its reader takes long to
 * load, so that a command can do without where there is nothing to read.
 */
export const findConfiguration = ({ file, directory }: ConfigurationPlace): ConfigurationFile | undefined => {
  const path = resolve(directory, file ?? defaultFile);
  const read = readTextFile(path);
  if ('text' in read) return { path, text: read.text };
  // A file that exists but cannot be read was meant. Without this, everything would silently be simulated.
  if (read.isAbsent && file === undefined) return undefined;
  throw new FlotillaError('ConfigurationInvalid', `The configuration ${path} cannot be read: ${read.why}.`);
};
