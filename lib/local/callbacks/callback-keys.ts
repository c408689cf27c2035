import { counted } from '../../domain/counted.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { fewestCharacters } from '../secret-file.ts';

/** The current key, and the one before or after it, so that pipelines can change over one by one. */
const mostKeys = 2;

/** Characters that need no escaping in an address. */
const alphabet = /^[\w.~-]+$/;

/**
 * The keys for Harness's callbacks, one a line. `place` says where the text comes from. Throws ConfigurationInvalid for
 * a key that is malformed, guessable or one too many. No message contains any of the text.
 */
export const callbackKeysIn = (text: string, place: string): readonly string[] => {
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const problem = problemOf(keys);
  if (problem === undefined) return keys;
  const message = `The callback's key ${place}: ${problem}. \`openssl rand -hex 32\` prints one that is good.`;
  throw new FlotillaError('ConfigurationInvalid', message);
};

const problemOf = (keys: readonly string[]): string | undefined => {
  if (keys.length === 0) return 'there is none';
  if (keys.length > mostKeys) return `there are ${keys.length} lines, and ${mostKeys} keys may be good at a time`;
  const short = keys.find((key) => key.length < fewestCharacters);
  if (short !== undefined) {
    return `one has ${counted(short.length, 'character')}, and a key has ${fewestCharacters} or more`;
  }
  if (!keys.every((key) => alphabet.test(key))) {
    return 'it is part of an address, so only letters, digits and - . _ ~ are allowed';
  }
  return undefined;
};
