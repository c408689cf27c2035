import type { Documents } from '../../domain/ports.ts';
import { readDocument } from './read-document.ts';

/**
 * Caches documents that never change, so that a long-lived function reads and parses each once. Drops the oldest when
 * there are too many. An instance at module level is marked as pure, so that bundles which read no documents leave it
 * out.
 */
export class KeptDocuments<Content, Written = Content> {
  readonly #most: number;
  readonly #make: (written: Written) => Content;
  readonly #kept = new WeakMap<Documents, Map<string, Promise<Content>>>();

  /** `make` derives what is kept of a document. Without it, the whole document is kept. */
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
