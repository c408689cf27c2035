import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

/** What opens an address on each platform. No shell reads it, because an address may contain anything. */
const openers: Readonly<Record<string, readonly [program: string, ...words: readonly string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
  linux: ['xdg-open'],
};

/** The program and its arguments; undefined if none is known. */
export const openerFor = (platform: string, url: string): readonly [string, readonly string[]] | undefined => {
  const opener = Object.hasOwn(openers, platform) ? openers[platform] : undefined;
  if (opener === undefined) return undefined;
  const [program, ...words] = opener;
  return [program, [...words, url]];
};

/** Some openers stay until the browser is closed. One that has not failed by then has opened the page. */
const mostPause = 3_000;

/** Starts an opener. Returns false if it fails before `settled`. */
export const openWith = (
  [program, words]: readonly [string, readonly string[]],
  settled: Promise<unknown>,
): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(program, words, { stdio: 'ignore', detached: true, windowsHide: true });
    child.once('error', () => resolve(false));
    child.once('exit', (status) => resolve(status === 0));
    void settled.then(() => {
      child.unref();
      resolve(true);
    });
  });

/** Returns false if no browser could be started. */
export const openPage = async (url: string): Promise<boolean> => {
  const opener = openerFor(process.platform, url);
  return opener !== undefined && openWith(opener, setTimeout(mostPause, undefined, { ref: false }));
};
