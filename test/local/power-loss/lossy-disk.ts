import { mkdirSync, readdirSync, readFileSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disk, OpenFile } from '../../../lib/adapters/disk.ts';

/** How much of a database reached the disk by itself, beyond what was synced: nothing, all of it, or its beginning. */
export type Luck = 'none' | 'all' | 'some';

interface Database {
  readonly file: Buffer;
  readonly wal: Buffer;
}

const databases = ['flotilla.db', 'engine.db'] as const;
type DatabaseName = (typeof databases)[number];

/** A WAL begins with a header of 32 bytes, which changes when SQLite starts the file again. Frames follow. */
const walHeader = 32;
const longestSync = 8;

/**
 * A disk under one data folder that keeps what was synced, and a random part of the rest. Files are real; a copy shows
 * what would be left after a power cut. It may be less than a real disk would have, because SQLite syncs too. It never
 * contradicts a real one: each database is as it was at one moment.
 */
export class LossyDisk implements Disk {
  /** Called when a sync of a database begins, with its number from 1. */
  onSync: ((nth: number) => void) | undefined;
  #syncs = 0;
  #commits = 0;
  readonly #latest = new Map<unknown, number>();
  readonly #data: string;
  readonly #random: () => number;
  readonly #databases = new Map<DatabaseName, Database>();
  readonly #contents = new Map<string, Buffer>();
  readonly #names = new Map<string, ReadonlyMap<string, string>>();

  /** The current files of the folder count as old. */
  constructor(data: string, random: () => number) {
    this.#data = data;
    this.#random = random;
    this.#keepAll(data);
  }

  async syncFile(path: string): Promise<void> {
    const name = databases.find((each) => `${each}-wal` === basename(path));
    // Later writes may miss this sync.
    if (name === undefined) return this.#keep(this.#contents, idOf(path), readFileSync(path));
    const content = this.#read(name);
    this.#commits += 1;
    this.onSync?.(this.#commits);
    await this.#keep(this.#databases, name, content);
  }

  async open(path: string): Promise<OpenFile> {
    return { sync: () => this.syncFile(path), close: async () => {} };
  }

  async syncFolder(path: string): Promise<void> {
    await this.#keep(this.#names, path, namesIn(path));
  }

  /** Puts into an empty folder what a power cut now would have left. */
  loseInto(target: string, luck: Readonly<Record<'table' | 'journal', Luck>>): void {
    if (!this.#names.get(dirname(this.#data))?.has(basename(this.#data))) return;
    this.#restore(this.#data, target);
    const kept = this.#names.get(this.#data) ?? new Map();
    for (const [name, of] of [['flotilla.db', luck.table] as const, ['engine.db', luck.journal] as const]) {
      const left = kept.has(name) ? this.#leftOf(name, of) : undefined;
      if (left === undefined) continue;
      writeFileSync(join(target, name), left.file);
      writeFileSync(join(target, `${name}-wal`), left.wal);
    }
  }

  async #keep<Name, Content>(kept: Map<Name, Content>, name: Name, content: Content): Promise<void> {
    this.#syncs += 1;
    const nth = this.#syncs;
    await sleep(this.#random() * longestSync);
    // One that began later may end earlier, and what it kept stays.
    if ((this.#latest.get(name) ?? 0) > nth) return;
    this.#latest.set(name, nth);
    kept.set(name, content);
  }

  #leftOf(name: DatabaseName, luck: Luck): Database | undefined {
    const synced = this.#databases.get(name);
    const now = this.#read(name);
    if (luck === 'all') return now;
    const goesOn = synced?.wal.subarray(0, walHeader).equals(now.wal.subarray(0, walHeader));
    if (luck === 'none' || synced === undefined || !goesOn) return synced;
    const length = synced.wal.length + Math.floor(this.#random() * (now.wal.length - synced.wal.length));
    return { file: synced.file, wal: now.wal.subarray(0, length) };
  }

  /** Nobody else opens these files, so closing them may drop SQLite's locks. */
  #read(name: DatabaseName): Database {
    const path = join(this.#data, name);
    return { file: readFileSync(path), wal: readFileSync(`${path}-wal`) };
  }

  #restore(folder: string, target: string): void {
    mkdirSync(target, { recursive: true });
    for (const [name, id] of this.#names.get(folder) ?? []) {
      if (id === folderId) this.#restore(join(folder, name), join(target, name));
      else if (!isOfDatabase(name)) writeFileSync(join(target, name), this.#contents.get(id) ?? '');
    }
  }

  #keepAll(folder: string): void {
    this.#names.set(dirname(folder), namesIn(dirname(folder)));
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      this.#names.set(entry.parentPath, namesIn(entry.parentPath));
      const path = join(entry.parentPath, entry.name);
      if (!entry.isDirectory()) this.#contents.set(idOf(path), readFileSync(path));
    }
    for (const name of databases) if (this.#names.get(folder)?.has(name)) this.#databases.set(name, this.#read(name));
  }
}

const isOfDatabase = (name: string): boolean => /\.db(?:-wal|-shm|-journal)?$/.test(name);

const folderId = 'folder';

/** A file is synced by itself and not by its name, which it may get only after it is written. */
const idOf = (path: string): string => idFrom(statSync(path));

const idFrom = ({ ino, birthtimeMs }: Pick<Stats, 'ino' | 'birthtimeMs'>): string => `${ino} ${birthtimeMs}`;

/** Another write may rename its file between the listing and the look at it. That write syncs the folder later. */
const namesIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, string][] => {
      if (entry.isDirectory()) return [[entry.name, folderId]];
      const found = statSync(join(folder, entry.name), { throwIfNoEntry: false });
      return found === undefined ? [] : [[entry.name, idFrom(found)]];
    }),
  );
