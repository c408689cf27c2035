import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Anchors } from '../domain/ports.ts';
import { anchorName } from '../domain/record/anchor-name.ts';
import { type Disk, realDisk, syncFolders } from './disk.ts';

let writes = 0;

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

/** Anchors as files of a folder. */
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
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async put(sequence: number, text: string): Promise<boolean> {
    const temporary = join(this.#root, `.${process.pid}-${writes++}.tmp`);
    await mkdir(this.#root, { recursive: true });
    try {
      await writeFile(temporary, text, { flag: 'wx' });
      await this.#disk.syncFile(temporary);
      // Unlike a rename, this takes no name that is taken.
      await link(temporary, join(this.#root, anchorName(sequence)));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
    await syncFolders(this.#disk, this.#root, dirname(this.#root));
    return true;
  }
}
