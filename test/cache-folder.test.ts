import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from './cache-folder.ts';

it.each([
  ['/var/cache/me', '/var/cache/me/flotilla'],
  ['not/absolute', join(homedir(), '.cache/flotilla')],
  ['', join(homedir(), '.cache/flotilla')],
  [undefined, join(homedir(), '.cache/flotilla')],
])('keeps builds where XDG_CACHE_HOME %j says', (given, folder) => {
  expect(cacheFolder(given === undefined ? {} : { XDG_CACHE_HOME: given })).toBe(folder);
});
