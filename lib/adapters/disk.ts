import { type FileHandle, open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes sure that something is on the disk. It is a port, so that a test can lose what nobody synced. */
export interface Disk {
  /** Resolves when everything written to the file so far, by any process, would survive a power cut. */
  syncFile(path: string): Promise<void>;
  /** For a file that is synced repeatedly. */
  open(path: string): Promise<OpenFile>;
  /** The same for the names in a folder: a new file is lost without its name. */
  syncFolder(path: string): Promise<void>;
}

export interface OpenFile {
  /** Like `syncFile`. */
  sync(): Promise<void>;
  /** Waits for a running sync. */
  close(): Promise<void>;
}

const isWindows = process.platform === 'win32';

/** Opened for writing, because Windows flushes no other handle. */
const forSync = 'r+';

export const realDisk: Disk = {
  syncFile: (path) => opened(path, forSync, (file) => file.datasync()),
  open: async (path) => {
    const file = await openFile(path, forSync);
    // Content and length, not the times.
    return { sync: () => file.datasync(), close: () => file.close() };
  },
  // Windows cannot open a folder as a file, and its file system journals names itself.
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

/** A folder and its parents, up to and including the outermost. */
export const syncFolders = async (disk: Disk, folder: string, outermost: string): Promise<void> => {
  const chain = [folder];
  while (chain.at(-1) !== outermost && dirname(chain.at(-1)!) !== chain.at(-1)) chain.push(dirname(chain.at(-1)!));
  await Promise.all(chain.map((each) => disk.syncFolder(each)));
};
