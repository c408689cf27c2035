import { execFile } from 'node:child_process';

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

/** False if no browser could be started. */
export const openPage = (url: string): Promise<boolean> => {
  const opener = openerFor(process.platform, url);
  if (opener === undefined) return Promise.resolve(false);
  const [program, words] = opener;
  return new Promise((resolve) => {
    execFile(program, [...words], { windowsHide: true }, (error) => resolve(error === null));
  });
};
