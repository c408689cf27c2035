import { dirname, resolve } from 'node:path';
import { inlinePaths } from '../domain/manifests/inline-paths.ts';
import type { Clock, Ids } from '../domain/ports.ts';
import { isLoopback, withoutBrackets } from '../domain/safe-address.ts';
import { readManifestsWithin } from '../local/read-manifests.ts';
import { readTextFile, textOf } from '../local/read-text-file.ts';
import { type AccessToken, accessToken, safeToken } from './access-token.ts';
import { ApiClient } from './api-client.ts';
import { defaultUrl } from './default-url.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { shellWord } from './shell-word.ts';
import type { Terminal } from './terminal.ts';
import { type Times, timesIn } from './times.ts';
import { refuseTokenItself, tokenIn } from './token-file.ts';

/** The program's environment. */
export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's login; absent if it is unknown. */
  readonly login?: string | undefined;
  /** Relative paths start here. */
  readonly directory: string;
  readonly terminal: Terminal;
  /** The time zone for times; without it, this machine's. */
  readonly timeZone?: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readStdin(): Promise<Uint8Array>;
}

export interface CommonOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly tokenFile?: string;
  /** A text is an error message; without a text the command needs no answer. Says whether a server may be asked. */
  readonly token?: string | boolean;
  readonly utc?: boolean;
  readonly by?: string;
}

/** What a command works with. */
export interface CommandContext extends CliWorld {
  readonly json: boolean;
  readonly client: ApiClient;
  readonly times: Times;
  /** A command line of this program that continues on the same server. */
  command(...words: readonly string[]): string;
}

export const commandContext = (world: CliWorld, options: CommonOptions): CommandContext => {
  const { json = false, url, token, tokenFile, utc, by = world.env.FLOTILLA_BY } = options;
  refuseTokenItself(token);
  const address = checkedUrl(url ?? world.env.FLOTILLA_URL ?? defaultUrl);
  const given = tokenFile === undefined ? undefined : tokenIn(tokenFile, world);
  const own: AccessToken = async () => {
    if (!isLoopback(hostOf(address))) return undefined;
    // Only for a server on this machine, which few commands ask on behalf of others.
    const { tokenOfOwnServer } = await import('../local/own-servers.ts');
    const found = tokenOfOwnServer(address, world);
    if (found === undefined) return undefined;
    return { text: found.token, ifRefused: `The token in ${found.file} was revoked; start the server again.` };
  };
  return {
    ...world,
    ...(tokenFile === '-' ? { readStdin: stdinIsTaken } : {}),
    json,
    times: timesIn(utc ? 'UTC' : world.timeZone),
    client: new ApiClient({
      url: address,
      token: safeToken(accessToken(given, { env: world.env, own }), address),
      by,
    }),
    command: (...words) =>
      ['flotilla', ...words, ...(url === undefined ? [] : ['--url', url])].map(shellWord).join(' '),
  };
};

const stdinIsTaken = async (): Promise<never> => {
  throw new CommandFailure(exitStatus.usage, ['The standard input has the token; name a file for the batch.']);
};

const hostOf = (url: string): string => withoutBrackets(new URL(url).hostname);

const checkedUrl = (url: string): string => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new CommandFailure(exitStatus.usage, [
    `${url} is no address of a server: one begins with http:// or https://.`,
  ]);
};

/** The content of FILE, and its name in messages; `-` is the standard input. */
export interface BatchFile {
  readonly text: string;
  readonly name: string;
}

export const readBatchFile = async ({ directory, readStdin }: CliWorld, file: string): Promise<BatchFile> => {
  const isStdin = file === '-';
  const name = isStdin ? '<stdin>' : file;
  const stdin = isStdin ? await readStdin() : undefined;
  const read = stdin === undefined ? readTextFile(resolve(directory, file)) : textOf(() => stdin);
  if ('text' in read)
    return { text: withManifests(read.text, name, isStdin ? directory : dirname(resolve(directory, file))), name };
  throw new CommandFailure(exitStatus.usage, [`${name} cannot be read: ${read.why}.`]);
};

/** The files that it names are in its folder, or below. */
const withManifests = (text: string, name: string, folder: string): string => {
  const read = (path: string) => {
    const found = readManifestsWithin(folder, path);
    return 'text' in found ? found : { problem: found.why };
  };
  const inlined = inlinePaths(text, read);
  if ('text' in inlined) return inlined.text;
  throw new CommandFailure(exitStatus.usage, [`Manifests that ${name} names cannot be read: ${inlined.problem}.`]);
};

/** Prints an answer as JSON, or as lines. */
export const print = (
  { json, terminal }: Pick<CommandContext, 'json' | 'terminal'>,
  answer: object,
  lines: readonly string[],
): void => {
  if (json) terminal.out(JSON.stringify(answer));
  else for (const line of lines) terminal.out(line);
};
