import { readFileSync } from 'node:fs';
import { causeOfRefusal } from './refusal.ts';

/** `isAbsent`: there is nothing of that name. */
export type TextFile = { readonly text: string } | { readonly why: string; readonly isAbsent: boolean };

/** A file's text, or why it cannot be read. Invalid bytes are an error, never replaced. */
export const readTextFile = (path: string): TextFile => textOf(() => readFileSync(path));

/** The same for bytes from elsewhere. */
export const textOf = (read: () => Uint8Array): TextFile => {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(read()) };
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { why: causeOfRefusal('read a file', error), isAbsent };
  }
};
