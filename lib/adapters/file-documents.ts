import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Documents } from '../domain/ports.ts';
import { type Disk, realDisk } from './disk.ts';
import { checkDocumentPath } from './document-path.ts';
import { putFile } from './put-file.ts';

/** Errors for a path without a file: nothing there, a file instead of a folder, a folder. */
const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR', 'EISDIR'];

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ABSENT.includes(String(error.code));

/** Documents as files below a folder. A reader sees the old text or the new one, never half of it. */
export class FileDocuments implements Documents {
  readonly #root: string;
  readonly #disk: Disk;

  constructor(root: string, disk: Disk = realDisk) {
    this.#root = root;
    this.#disk = disk;
  }

  async get(path: string): Promise<string | undefined> {
    checkDocumentPath(path);
    try {
      return await readFile(join(this.#root, path), 'utf8');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async put(path: string, text: string): Promise<void> {
    checkDocumentPath(path);
    await putFile(this.#disk, { root: this.#root, path }, (temporary) => writeFile(temporary, text));
  }

  async remove(path: string): Promise<void> {
    checkDocumentPath(path);
    try {
      await rm(join(this.#root, path));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
}
