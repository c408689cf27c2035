import type { Documents } from '../lib/domain/ports.ts';

export class MemoryDocuments implements Documents {
  readonly texts = new Map<string, string>();

  async get(path: string): Promise<string | undefined> {
    return this.texts.get(path);
  }

  async put(path: string, text: string): Promise<void> {
    this.texts.set(path, text);
  }

  async remove(path: string): Promise<void> {
    this.texts.delete(path);
  }
}
