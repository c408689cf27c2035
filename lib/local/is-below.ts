import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is in a folder or below it, or is the folder. */
export const isBelow = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};
