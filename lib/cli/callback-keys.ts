import { resolve } from 'node:path';
import { callbackKeysIn } from '../local/callbacks/callback-keys.ts';
import { readTextFile } from '../local/read-text-file.ts';
import type { CliWorld } from './command-context.ts';
import { CommandFailure, exitStatus } from './failure.ts';

export interface GivenKeys {
  readonly keys: readonly string[];
  /** Where the keys come from, for messages. */
  readonly place: string;
}

/** The keys for Harness's callbacks: from a file, else from the environment; undefined if there are none. */
export const givenCallbackKeys = (
  file: string | undefined,
  { directory, env }: Pick<CliWorld, 'directory' | 'env'>,
): GivenKeys | undefined => {
  const variable = env.FLOTILLA_CALLBACK_KEY || undefined;
  if (file === undefined) return variable === undefined ? undefined : keysOf(variable, '$FLOTILLA_CALLBACK_KEY');
  const read = readTextFile(resolve(directory, file));
  if ('text' in read) return keysOf(read.text, file);
  throw new CommandFailure(exitStatus.usage, [`The file of the callback's key, ${file}, cannot be read: ${read.why}.`]);
};

const keysOf = (text: string, place: string): GivenKeys => ({ keys: callbackKeysIn(text, `in ${place}`), place });
