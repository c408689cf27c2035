import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Disk, syncFolders } from './disk.ts';

let writes = 0;

/**
 * Puts a file below a folder, whole or not at all, whatever ends this: its bytes are on the disk before it gets its name, and its
 * name is before this resolves. `write` writes them to the path that it is given.
 */
export const putFile = async (
  disk: Disk,
  { root, path }: { readonly root: string; readonly path: string },
  write: (temporary: string) => Promise<void>,
): Promise<void> => {
  const target = join(root, path);
  const folder = dirname(target);
  // Beside the target, because a rename is atomic only within one file system. No name of ours begins with a dot.
  const temporary = join(folder, `.${process.pid}-${writes++}.tmp`);
  await mkdir(folder, { recursive: true });
  try {
    await write(temporary);
    await disk.syncFile(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // Whoever made the folders, now or before a crash, may not have come to this.
  await syncFolders(disk, folder, dirname(root));
};
