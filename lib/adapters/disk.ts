import { type FileHandle, open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes sure that something is on the disk, and not only on its way there. A port of its own, so that a test can lose what
 * nobody asked it to keep.
 */
export interface Disk {
  /** Resolves when all that was written to the file so far, by whoever, would outlive a power cut. */
  syncFile(path: string): Promise<void>;
  /** For a file that is synced again and again. */
  open(path: string): Promise<OpenFile>;
  /** The same for the names in a folder: a new file is lost with its name. */
  syncFolder(path: string): Promise<void>;
}

export interface OpenFile {
  /** As `syncFile`. */
  sync(): Promise<void>;
  /** When a sync that is under way is over. */
  close(): Promise<void>;
}

const isWindows = process.platform === 'win32';

/** For writing, because Windows flushes no other handle. */
const forSync = 'r+';

export const realDisk: Disk = {
  syncFile: (path) => opened(path, forSync, (file) => file.datasync()),
  open: async (path) => {
    const file = await openFile(path, forSync);
    // Bytes and length, not the times.
    return { sync: () => file.datasync(), close: () => file.close() };
  },
  // Windows opens no folder as a file, and its file system keeps names by a journal of its own.
  syncFolder: async (path) => {
    if (!isWindows) await opened(path, 'r', (folder) => folder.sync());
  },
};

const opened = async (path: string, flags: string, use: (handle: FileHandle) => Promise<void>): Promise<void> => {
  const handle = await openFile(path, flags);
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
