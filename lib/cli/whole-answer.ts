import { type Asking, ask } from '../adapters/own-fetch.ts';
import { Unreachable } from './failure.ts';

/** A plan of the largest batch has 11 MB. */
const mostBytes = 64 * 1024 * 1024;

export interface WholeAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly contentType: string;
  /** To the byte, including a byte order mark. */
  readonly text: string;
}

/**
 * Reads an answer to its last byte: the connection may break in the middle. Throws what `fetch` throws, and Unreachable
 * if the answer is not from our server: a redirect, or more data than possible.
 */
export const fetchWhole = async (url: string, asking: Omit<Asking, 'limit'>): Promise<WholeAnswer> => {
  const { status, headers, redirect, read } = await ask(url, { ...asking, limit: mostBytes });
  const { bytes, isWhole } = await read();
  const { origin } = new URL(url);
  if (redirect !== undefined) throw new Unreachable('person', [`${origin} answers with ${redirect}.`]);
  if (!isWhole) throw new Unreachable('person', [`${origin} answers with more than ${mostBytes / 1024 / 1024} MiB.`]);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { ok: status >= 200 && status < 300, status, contentType: headers.get('content-type') ?? '', text };
};

/** Any answer: JSON, or undefined. */
export const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
};
