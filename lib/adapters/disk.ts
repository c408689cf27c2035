import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes sure that something is on the disk, and not only on its way there. A port of its own, so that a test can lose what
 * nobody asked it to keep.
 */
export interface Disk {
  /** Resolves when all that was written to the file so far, by whoever, would outlive a power cut. */
  syncFile(path: string): Promise<void>;
  /** The same for the names in a folder: a new file is lost with its name. */
  syncFolder(path: string): Promise<void>;
}

const isWindows = process.platform === 'win32';

export const realDisk: Disk = {
  // Bytes and length, not the times. Opened for writing, because Windows flushes no other handle.
  syncFile: (path) => opened(path, 'r+', (file) => file.datasync()),
  // Windows opens no folder as a file, and its file system keeps names by a journal of its own.
  syncFolder: async (path) => {
    if (!isWindows) await opened(path, 'r', (folder) => folder.sync());
  },
};

const opened = async (path: string, flags: string, use: (handle: FileHandle) => Promise<void>): Promise<void> => {
  const handle = await open(path, flags);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
};

/** A folder and those that it stands in, up to and with the outermost. */
export const syncFolders = async (disk: Disk, folder: string, outermost: string): Promise<void> => {
  const chain = [folder];
  while (chain.at(-1) !== outermost && dirname(chain.at(-1)!) !== chain.at(-1)) chain.push(dirname(chain.at(-1)!));
  await Promise.all(chain.map((each) => disk.syncFolder(each)));
};
