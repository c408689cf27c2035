import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** The shortest secret that grants access. */
export const fewestCharacters = 32;

/** 256 bits cannot be guessed. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Writes a file that only its owner can read: whole or not at all, and on disk when this returns. */
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

/** Whether a text can be a secret: hard to guess, and valid in a header. */
export const isSecret = (text: string): boolean => /^[\x21-\x7e]+$/.test(text) && text.length >= fewestCharacters;

/** The secret in a file; undefined if there is none, or no valid one. */
export const readSecretFile = (path: string): string | undefined => {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return isSecret(text) ? text : undefined;
  } catch {
    return undefined;
  }
};
