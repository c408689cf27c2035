import type { Documents } from '../../domain/ports.ts';
import { readDocument } from './read-document.ts';

/**
 * Documents that never change: a function that lives long reads and parses each once. The oldest go when there are too many. Where one
 * is made beside functions it is marked as pure, so that a bundle that reads no documents leaves it out.
 */
export class KeptDocuments<Content, Written = Content> {
  readonly #most: number;
  readonly #make: (written: Written) => Content;
  readonly #kept = new WeakMap<Documents, Map<string, Promise<Content>>>();

  /** What is kept of a document is made by `make`; without it, all of it is. */
  constructor(most: number, make = (written: Written): Content => written as unknown as Content) {
    this.#most = most;
    this.#make = make;
  }

  /** Throws DocumentMissing. */
  read(documents: Documents, path: string): Promise<Content> {
    const kept = this.#kept.get(documents) ?? new Map<string, Promise<Content>>();
    this.#kept.set(documents, kept);
    const known = kept.get(path);
    if (known !== undefined) return known;
    const reading = readDocument<Written>(documents, path).then(this.#make);
    kept.set(path, reading);
    reading.catch(() => kept.delete(path));
    const oldest = kept.keys().next().value;
    if (kept.size > this.#most && oldest !== undefined) kept.delete(oldest);
    return reading;
  }
}
