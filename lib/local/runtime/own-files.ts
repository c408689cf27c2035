import { chmodSync, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { FlotillaError } from '../../domain/errors.ts';

/** What this process makes from now on is nobody else's to read, whatever the umask was; what it starts has it from here. */
export const keepToOneself = (): void => void process.umask(0o077);

const folders = ['documents', 'uploads', 'anchors', 'simulators'] as const;
const isOurFile = (name: string): boolean =>
  /^(?:[^.].*\.db(?:-wal|-shm|-journal)?|token(?:\.header)?|engine-secret|anchor-key|server\.json)$/.test(name);

/**
 * Looks whether what lies in the data folder is what a Flotilla of this user made: no link, nothing of another kind or owner,
 * nothing that others may write. Throws ConfigurationInvalid with all that is not. What others could only read, as versions before
 * this one left it, is closed to them; gives the paths of that. Below `documents`, `uploads` and `anchors` nothing is looked at: who does not get
 * through the folder does not get there.
 */
export const closeOwnFiles = (data: string): readonly string[] => {
  const user = process.geteuid?.();
  // Windows has rights of another kind, which a folder takes from the one it stands in.
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

/** The folder itself, and what Flotilla knows in it. */
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

/** None for one that has gone meanwhile: another Flotilla may be at work there, which is told later. */
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
