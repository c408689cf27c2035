import { resolve } from 'node:path';
import { readTextFile, textOf } from '../local/read-text-file.ts';
import { type AccessToken, type KnownToken, tokenFrom } from './access-token.ts';
import { CommandFailure, exitStatus } from './failure.ts';

interface Place {
  readonly directory: string;
  readStdin(): Promise<Uint8Array>;
}

/** The token in a file, or from the standard input (`-`). Read once, when it is needed. */
export const tokenIn = (file: string, place: Place): AccessToken => {
  let read: Promise<KnownToken> | undefined;
  return () => {
    read ??= readToken(file, place);
    return read;
  };
};

const readToken = async (file: string, { directory, readStdin }: Place): Promise<KnownToken> => {
  const stdin = file === '-' ? await readStdin() : undefined;
  const read = stdin === undefined ? readTextFile(resolve(directory, file)) : textOf(() => stdin);
  if ('text' in read) return tokenFrom(file === '-' ? 'on the standard input' : `in ${file}`, read.text.trim());
  const name = file === '-' ? 'The token on the standard input' : `The file of the token, ${file},`;
  throw new CommandFailure(exitStatus.usage, [`${name} cannot be read: ${read.why}.`]);
};

/** A command line shows in the process list, which every account can read, and in the shell's history. */
export const refuseTokenItself = (token: unknown): void => {
  if (typeof token !== 'string') return;
  const hint = 'Put it into $FLOTILLA_TOKEN, or into a file and say --token-file FILE; - is the standard input.';
  throw new CommandFailure(exitStatus.usage, [
    'A token is no option: others on this machine read the command lines of all programs.',
    hint,
  ]);
};
