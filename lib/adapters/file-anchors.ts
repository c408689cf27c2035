import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Anchors } from '../domain/ports.ts';
import { anchorName } from '../domain/record/anchor-name.ts';
import { type Disk, realDisk } from './disk.ts';
import { putNewFile } from './put-file.ts';

/** Anchors as files in a folder. */
export class FileAnchors implements Anchors {
  readonly #root: string;
  readonly #disk: Disk;

  constructor(root: string, disk: Disk = realDisk) {
    this.#root = root;
    this.#disk = disk;
  }

  async get(sequence: number): Promise<string | undefined> {
    try {
      return await readFile(join(this.#root, anchorName(sequence)), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  put(sequence: number, text: string): Promise<boolean> {
    const place = { root: this.#root, path: anchorName(sequence) };
    return putNewFile(this.#disk, place, (temporary) => writeFile(temporary, text));
  }
}
