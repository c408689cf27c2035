import type { Disk, OpenFile } from './disk.ts';

/**
 * Lets all that was written meanwhile share one sync. Who asks while one is under way may have written after it began, and
 * waits for the next, together with all others who do. A sync that failed is not tried again: the system may have thrown away
 * what it could not write, and would call the next one a success.
 */
export class GroupSync {
  readonly #sync: () => Promise<void>;
  /** One before anything is written here: an earlier process may have left something that never came to the disk. */
  #written = 1;
  #synced = 0;
  #running: Promise<void> | undefined;

  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  wrote(): void {
    this.#written += 1;
  }

  /** Resolves when all that was written before is on the disk. */
  async synced(): Promise<void> {
    const wanted = this.#written;
    while (this.#synced < wanted) {
      this.#running ??= this.#run();
      await this.#running;
    }
  }

  async #run(): Promise<void> {
    const upTo = this.#written;
    await this.#sync();
    this.#synced = upTo;
    this.#running = undefined;
  }
}

/**
 * For a database of SQLite in WAL mode with `synchronous = NORMAL`. There a commit only appends to the WAL, so that syncing this
 * file is what a commit lacks; a checkpoint syncs both files by itself before it may overwrite the WAL
 * (https://sqlite.org/pragma.html#pragma_synchronous). A sync by any handle takes what all have written. SQLite
 * locks the database file and the shared memory, but never the WAL: closing a second handle of those two would drop its locks
 * (https://sqlite.org/howtocorrupt.html, 2.2), and of the WAL it drops none.
 *
 * The WAL is opened at the first sync and kept. So a process that has no handle left for a moment can still sync; and a write that
 * failed is told to each handle that was open then, but not to one that is opened after SQLite was told. It is the same file as long
 * as anybody has the database open: a checkpoint overwrites or truncates it, and only the last who closes takes it away.
 */
export class WalSync {
  readonly #group: GroupSync;
  #file: Promise<OpenFile> | undefined;

  constructor(disk: Disk, database: string) {
    this.#group = new GroupSync(async () => {
      this.#file ??= disk.open(`${database}-wal`);
      await (await this.#file).sync();
    });
  }

  wrote(): void {
    this.#group.wrote();
  }

  synced(): Promise<void> {
    return this.#group.synced();
  }

  /** After this nothing is synced any more. */
  close(): void {
    // What could not be opened needs no closing.
    this.#file?.then(
      (file) => file.close(),
      () => {},
    );
  }
}
