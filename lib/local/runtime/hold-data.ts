import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FlotillaError } from '../../domain/errors.ts';
import { openDataFile, unusableFile } from './make-data-folder.ts';

/** Another connection has the lock. */
const SQLITE_BUSY = 5;

/**
 * Keeps a second runtime away from the same data: two engines would both carry every execution on. A lock of SQLite, because
 * that ends with its process, however it ends; a file with a process id would outlive a kill. Gives the release.
 */
export const holdData = (directory: string): (() => void) => {
  const path = join(directory, 'lock.db');
  const database = openDataFile(path, () => new DatabaseSync(path));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { readonly errcode?: number }).errcode !== SQLITE_BUSY) throw unusableFile(path, error);
    const message = `${directory} is in use: another Flotilla runs with this data.`;
    throw new FlotillaError('ConfigurationInvalid', message, { data: directory }, error);
  }
  return () => database.close();
};
