import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Documents } from '../domain/ports.ts';
import { checkDocumentPath } from './document-path.ts';

/** What reading a path gives that names no file: nothing there, a file where a folder would be, a folder. */
const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR', 'EISDIR'];

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ABSENT.includes(String(error.code));

/** Documents as files below a folder. A reader sees the old text or the new one, never half of it. */
export class FileDocuments implements Documents {
  readonly #root: string;
  #writes = 0;

  constructor(root: string) {
    this.#root = root;
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
    const target = join(this.#root, path);
    // Beside the target, because a rename is atomic only within one file system. No document begins with a dot.
    const temporary = join(dirname(target), `.${process.pid}-${this.#writes++}.tmp`);
    await mkdir(dirname(target), { recursive: true });
    try {
      await writeFile(temporary, text);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}
