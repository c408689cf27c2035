import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { withoutBrackets } from '../domain/safe-address.ts';
import { isHeld } from './runtime/hold-data.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';
import { stateFolder } from './state-folder.ts';
import { tokenFiles } from './tokens/own-token.ts';

/** Where the server of a data folder listens. The folder has this in a file while the server runs. */
const addressSchema = z.object({ host: z.string(), port: z.number() });
export type ServerAddress = z.output<typeof addressSchema>;

type Env = Readonly<Record<string, string | undefined>>;

const addressFile = 'server.json';

const serversOf = (env: Env): string | undefined => {
  const folder = stateFolder(env);
  return folder === undefined ? undefined : join(folder, 'servers');
};

/** Notes where a server listens, and that it belongs to this user. Returns the function that removes the note. */
export const noteServer = (data: string, address: ServerAddress, env: Env): (() => void) => {
  writeSecretFile(join(data, addressFile), JSON.stringify(address));
  const note = noteOfUser(data, env);
  return () => {
    for (const path of [join(data, addressFile), note]) if (path !== undefined) rmSync(path, { force: true });
  };
};

/** Without the note, the command line finds only a server whose data is in the current folder. */
const noteOfUser = (data: string, env: Env): string | undefined => {
  const folder = serversOf(env);
  if (folder === undefined) return undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { note, data: one } of notedIn(folder)) {
      if (addressOf(one) === undefined) rmSync(note, { force: true });
    }
    const note = join(folder, createHash('sha256').update(data).digest('hex').slice(0, 16));
    writeSecretFile(note, data);
    return note;
  } catch {
    return undefined;
  }
};

/**
 * The token for one of this user's servers, and its file. The server must run now and say that it listens at exactly
 * this address. Nobody else can have the address meanwhile, so the token never goes to another server, or to a process
 * that took the port later.
 */
export const tokenOfOwnServer = (
  url: string,
  { directory, env }: { readonly directory: string; readonly env: Env },
): { readonly file: string; readonly token: string } | undefined => {
  const folder = serversOf(env);
  const noted = folder === undefined ? [] : notedIn(folder).map(({ data }) => data);
  const data = [resolve(directory, '.flotilla'), ...noted].find(
    (one) => isAt(addressOf(one), url) && isOurs(one) && isHeld(one),
  );
  if (data === undefined) return undefined;
  const file = join(data, tokenFiles.token);
  const token = readSecretFile(file);
  return token === undefined ? undefined : { file, token };
};

const notedIn = (folder: string): readonly { readonly note: string; readonly data: string }[] => {
  try {
    return readdirSync(folder).map((name) => {
      const note = join(folder, name);
      return { note, data: readFileSync(note, 'utf8').trim() };
    });
  } catch {
    return [];
  }
};

const addressOf = (data: string): ServerAddress | undefined => {
  try {
    return addressSchema.parse(JSON.parse(readFileSync(join(data, addressFile), 'utf8')));
  } catch {
    return undefined;
  }
};

/** `localhost` may be either of two addresses, and only one is the server's. */
const isAt = (address: ServerAddress | undefined, url: string): boolean => {
  const { protocol, hostname, port } = new URL(url);
  if (address === undefined || protocol !== 'http:' || Number(port || 80) !== address.port) return false;
  const host = withoutBrackets(hostname);
  return (
    host === address.host ||
    (host === '127.0.0.1' && address.host === '0.0.0.0') ||
    (host === '::1' && address.host === '::')
  );
};

const isOurs = (data: string): boolean => {
  const stats = lstatSync(data, { throwIfNoEntry: false });
  const user = process.geteuid?.();
  return stats?.isDirectory() === true && (user === undefined || (stats.uid === user && (stats.mode & 0o077) === 0));
};
