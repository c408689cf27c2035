import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** The fewest characters of a secret that lets somebody in. */
export const fewestCharacters = 32;

/** Nobody guesses 256 bits. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Writes a file that only its owner reads: whole or not at all, and on the disk when this returns. */
export const writeSecretFile = (path: string, text: string): void => {
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, `${text}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
};

/** Whether a text could be one: nobody guesses it, and a header takes it. */
export const isSecret = (text: string): boolean => /^[\x21-\x7e]+$/.test(text) && text.length >= fewestCharacters;

/** What such a file holds; undefined where there is none, or none that could be a secret. */
export const readSecretFile = (path: string): string | undefined => {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return isSecret(text) ? text : undefined;
  } catch {
    return undefined;
  }
};
