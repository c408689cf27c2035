import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FlotillaError } from '../../domain/errors.ts';
import { openDataFile, unusableFile } from './make-data-folder.ts';

/** Another connection holds the lock. */
const SQLITE_BUSY = 5;

const lockOf = (directory: string): string => join(directory, 'lock.db');

/** A check whether the lock is held takes it for a moment, too. */
const LOOK = 250;

/** Whether a server runs with this data now. */
export const isHeld = (directory: string): boolean => {
  if (!existsSync(lockOf(directory))) return false;
  const database = new DatabaseSync(lockOf(directory), { readOnly: true, timeout: 0 });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return codeOf(error) === SQLITE_BUSY;
  } finally {
    database.close();
  }
};

/**
 * Keeps a second runtime away from the data, because two engines would both run every execution. It is a SQLite lock,
 * which ends with its process in any case; a file with a process id would survive a kill. Returns the release.
 */
export const holdData = (directory: string): (() => void) => {
  const path = lockOf(directory);
  const database = openDataFile(path, () => new DatabaseSync(path, { timeout: LOOK }));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (codeOf(error) !== SQLITE_BUSY) throw unusableFile(path, error);
    const message = `${directory} is in use: another Flotilla runs with this data.`;
    throw new FlotillaError('ConfigurationInvalid', message, { data: directory }, error);
  }
  return () => database.close();
};

const codeOf = (error: unknown): number | undefined => (error as { readonly errcode?: number }).errcode;
