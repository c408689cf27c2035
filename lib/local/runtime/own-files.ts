import { chmodSync, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { FlotillaError } from '../../domain/errors.ts';

/** From now on only this user can read what this process and its children create, whatever the umask was. */
export const keepToOneself = (): void => void process.umask(0o077);

const folders = ['documents', 'uploads', 'anchors', 'simulators'] as const;
const isOurFile = (name: string): boolean =>
  /^(?:[^.].*\.db(?:-wal|-shm|-journal)?|token(?:\.header)?|engine-secret|anchor-key|server\.json)$/.test(name);

/**
 * Checks that everything in the data folder was made by a Flotilla of this user: no links, no other kind or owner,
 * nothing that others can write. Throws ConfigurationInvalid with all that is wrong. Files that others could only read,
 * left by earlier versions, are closed to them; returns their paths. It does not look below `documents`, `uploads` and
 * `anchors`: others cannot get there through the folder.
 */
export const closeOwnFiles = (data: string): readonly string[] => {
  const user = process.geteuid?.();
  // Windows has another permission model: a folder inherits from its parent.
  if (user === undefined) return [];
  const found = ourEntries(data).map((entry) => ({ ...entry, problem: problemOf(entry, user) }));
  const problems = found.flatMap(({ path, problem }) => (problem === undefined ? [] : [`${path} ${problem}`]));
  if (problems.length > 0) throw refused(data, problems);
  const open = found.filter(({ stats }) => (stats.mode & 0o077) !== 0);
  for (const { path, stats } of open) chmodSync(path, stats.mode & 0o700);
  const stayed = open
    .flatMap(({ path, kind }) => entryOf(path, kind))
    .filter(({ stats }) => (stats.mode & 0o077) !== 0);
  if (stayed.length > 0) {
    const why = 'stays open to others, because its file system keeps no rights; name another folder';
    throw refused(
      data,
      stayed.map(({ path }) => `${path} ${why}`),
    );
  }
  return open.map(({ path }) => path);
};

interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly stats: Stats;
}

/** The folder itself, and the names in it that Flotilla knows. */
const ourEntries = (data: string): readonly Entry[] => {
  const self = entryOf(data, 'folder');
  if (!self.some(isFolder)) return self;
  const inside = readdirSync(data).flatMap((name): readonly Entry[] => {
    if (folders.some((folder) => folder === name)) return entryOf(join(data, name), 'folder');
    return isOurFile(name) ? entryOf(join(data, name), 'file') : [];
  });
  const simulators = join(data, 'simulators');
  const isThere = inside.some((entry) => entry.path === simulators && isFolder(entry));
  const states = isThere ? readdirSync(simulators).filter(isOurFile) : [];
  return [...self, ...inside, ...states.flatMap((name) => entryOf(join(simulators, name), 'file'))];
};

const isFolder = ({ stats }: Entry): boolean => stats.isDirectory();

/** Empty for a file that has gone meanwhile. Another Flotilla may be running there, which is reported later. */
const entryOf = (path: string, kind: Entry['kind']): readonly Entry[] => {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined ? [] : [{ path, kind, stats }];
};

const problemOf = ({ path, kind, stats }: Entry, user: number): string | undefined => {
  if (stats.isSymbolicLink()) return 'is a link; name what it leads to, or take it away';
  if (!(kind === 'folder' ? stats.isDirectory() : stats.isFile())) return `is no ${kind}, and a ${kind} belongs there`;
  if (stats.uid !== user)
    return `belongs to user ${stats.uid}, and this is user ${user}; name another folder, which may be one in it`;
  if ((stats.mode & 0o022) === 0) return undefined;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  return `could be written by others (mode ${mode}); if what it holds is yours: chmod -R go-rwx '${path}'`;
};

const refused = (data: string, problems: readonly string[]): FlotillaError => {
  const lines = [`The data folder ${data} cannot be used:`, ...problems.map((problem) => `  ${problem}.`)];
  return new FlotillaError('ConfigurationInvalid', lines.join('\n'), { data });
};
