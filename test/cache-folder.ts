import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where programs are kept that took long to build or download. By the XDG base directory rules, a path that is not
 * absolute does not count.
 */
export const cacheFolder = ({ XDG_CACHE_HOME = '' }: NodeJS.ProcessEnv): string =>
  join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache'), 'flotilla');
