import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { CommandFailure, exitStatus } from './failure.ts';

/** Writes all of these files, or none. */
export const writeTogether = (files: ReadonlyMap<string, string>): void => {
  const parts = [...files].map(([file, text]) => ({ file, text, part: `${file}.${process.pid}.part` }));
  try {
    for (const { file, text, part } of parts) {
      if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${file} is a folder`);
      writeFileSync(part, text, { flag: 'wx' });
    }
    for (const { file, part } of parts) renameSync(part, file);
  } catch (error) {
    throw new CommandFailure(exitStatus.failed, [`${(error as Error).message}. Nothing was written.`]);
  } finally {
    for (const { part } of parts) rmSync(part, { force: true });
  }
};
