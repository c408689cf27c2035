import { FlotillaError } from '../domain/errors.ts';
import type { Documents } from '../domain/ports.ts';

/** Documents that never change: a function that lives long reads and parses each once. The oldest go when there are too many. */
export class KeptDocuments<Content> {
  readonly #most: number;
  readonly #kept = new WeakMap<Documents, Map<string, Promise<Content>>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Throws DocumentMissing. */
  read(documents: Documents, path: string): Promise<Content> {
    const kept = this.#kept.get(documents) ?? new Map<string, Promise<Content>>();
    this.#kept.set(documents, kept);
    const known = kept.get(path);
    if (known !== undefined) return known;
    const reading = parse<Content>(documents, path);
    kept.set(path, reading);
    reading.catch(() => kept.delete(path));
    const oldest = kept.keys().next().value;
    if (kept.size > this.#most && oldest !== undefined) kept.delete(oldest);
    return reading;
  }
}

const parse = async <Content>(documents: Documents, path: string): Promise<Content> => {
  const text = await documents.get(path);
  if (text === undefined) throw new FlotillaError('DocumentMissing', `there is no ${path}`);
  return JSON.parse(text) as Content;
};
