import { link, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Disk, syncFolders } from './disk.ts';

let writes = 0;

interface Place {
  readonly root: string;
  readonly path: string;
}

/** Writes a text to the given path. */
type Write = (temporary: string) => Promise<void>;

/**
 * Puts a file below a folder, whole or not at all, however this ends. Its content is on the disk before it gets its
 * name, and its name is on the disk before this resolves.
 */
export const putFile = (disk: Disk, place: Place, write: Write): Promise<void> => put(disk, place, write, rename);

/** The same, under a new name. Returns false if the name is taken. */
export const putNewFile = async (disk: Disk, place: Place, write: Write): Promise<boolean> => {
  try {
    await put(disk, place, write, linkNew);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** Unlike a rename, a link never replaces a name. */
const linkNew = async (temporary: string, target: string): Promise<void> => {
  await link(temporary, target);
  await rm(temporary);
};

const put = async (
  disk: Disk,
  { root, path }: Place,
  write: Write,
  name: (temporary: string, target: string) => Promise<void>,
): Promise<void> => {
  const target = join(root, path);
  const folder = dirname(target);
  // Beside the target, because a rename is atomic only within one file system. None of our names begins with a dot.
  const temporary = join(folder, `.${process.pid}-${writes++}.tmp`);
  await mkdir(folder, { recursive: true });
  try {
    await write(temporary);
    await disk.syncFile(temporary);
    await name(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // The process that created the folders, now or before a crash, may not have synced them.
  await syncFolders(disk, folder, dirname(root));
};
