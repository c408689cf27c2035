import type { Disk, OpenFile } from './disk.ts';

/**
 * Lets all recent writes share one sync. A write during a sync may have missed it, so its caller waits for the next
 * one, together with all others. A failed sync is not repeated: the system may have dropped what it could not write,
 * and would report success the next time.
 */
export class GroupSync {
  readonly #sync: () => Promise<void>;
  /** One sync before the first write: an earlier process may have left data that never reached the disk. */
  #written = 1;
  #synced = 0;
  #running: Promise<void> | undefined;

  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  wrote(): void {
    this.#written += 1;
  }

  /** Resolves when everything written before is on the disk. */
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
 * For a SQLite database in WAL mode with `synchronous = NORMAL`. There a commit only appends to the WAL, so syncing
 * that file completes the commit. A checkpoint syncs both files before it overwrites the WAL
 * (https://sqlite.org/pragma.html#pragma_synchronous). A sync through any handle covers all writes. SQLite locks the
 * database file and the shared memory, never the WAL. Closing a second handle of those two would drop its locks
 * (https://sqlite.org/howtocorrupt.html, 2.2); closing one of the WAL does not.
 *
 * The WAL is opened at the first sync and kept open. So a process that has run out of handles can still sync. Every
 * handle open at the time learns of a failed write, but one opened later does not. The file stays the same while
 * anybody has the database open: a checkpoint overwrites or truncates it, and only the last to close removes it.
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

  /** After this, nothing is synced any more. */
  close(): void {
    // What could not be opened needs no closing.
    this.#file?.then(
      (file) => file.close(),
      () => {},
    );
  }
}
