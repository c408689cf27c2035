import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { counted } from '../domain/counted.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ReleaseList } from '../usecases/targets/list-releases.ts';
import type { TargetList } from '../usecases/targets/list-targets.ts';
import { printable } from './clean-text.ts';
import { type CommandContext, print } from './command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from './failure.ts';
import { queryOf } from './list-filters.ts';
import { momentGiven } from './past-moment.ts';
import { readPages } from './read-pages.ts';

/** One file. */
interface Exported {
  readonly app: string;
  readonly env: string;
  readonly version: string;
  readonly timestamp: string;
  readonly status: string;
  /** The deployment as planned, without secrets; null if that is no longer stored. */
  readonly config: JsonObject | null;
}

interface Wanted {
  readonly key: string;
  readonly environment?: string;
  readonly cluster?: string;
  readonly since?: string;
  readonly limit: number | undefined;
  readonly folder: string;
}

/** Writes a service's history as files, one for each release and each change. It never overwrites a file. */
export const exportHistory = async (context: CommandContext, wanted: Wanted): Promise<ExitStatus> => {
  const { since: asked, limit = Number.POSITIVE_INFINITY } = wanted;
  const since = asked === undefined ? '' : new Date(momentGiven(context, 'since', asked)).toISOString();
  const all = (await readHistory(context, wanted)).filter(({ timestamp }) => timestamp >= since).slice(0, limit);
  const folder = resolve(context.directory, wanted.folder);
  mkdirSync(folder, { recursive: true });
  const ends = all.map((one) => writeOne(folder, one));
  const of = (end: End['end']): readonly string[] => ends.filter((one) => one.end === end).map(({ name }) => name);
  const [written, there, foreign] = [of('written'), of('there'), of('foreign')];
  print(context, { folder, written, there, foreign }, [
    `Wrote ${counted(written.length, 'file')} to ${printable(folder)}; ${there.length} were there already.`,
    ...foreign.map((name) => `${printable(name)} is something else and was left as it is.`),
  ]);
  return foreign.length === 0 ? exitStatus.done : exitStatus.failed;
};

/** Newest first, across all targets. */
const readHistory = async (
  context: CommandContext,
  { key, environment, cluster }: Wanted,
): Promise<readonly Exported[]> => {
  const query = queryOf(context, { service: key, environment, cluster });
  const pages = await readPages<TargetList>(context, `/targets?${query}&limit=1000`);
  const found: Exported[] = [];
  for (const target of pages.flatMap((page) => page.targets)) {
    const names = [target.environment, target.cluster, ...target.key.split('/')].map(encodeURIComponent).join('/');
    const path = `/targets/${names}/releases?all=true&config=true&limit=100`;
    const releases = await readPages<ReleaseList>(context, path);
    found.push(...releases.flatMap((page) => page.releases.map((entry) => exportedOf(page, entry))));
  }
  if (found.length > 0)
    return found.sort((a, b) => (a.timestamp < b.timestamp ? 1 : a.timestamp > b.timestamp ? -1 : 0));
  throw new CommandFailure(exitStatus.notFound, [
    `Nothing is recorded of ${printable(key)} there, or nothing that you may see. What there is: ${context.command('targets')}`,
  ]);
};

const exportedOf = ({ key, environment }: ReleaseList, entry: ReleaseList['releases'][number]): Exported => ({
  app: key,
  env: environment,
  version: entry.version,
  timestamp: entry.at,
  status: entry.kind === 'release' ? 'SUCCESS' : entry.status,
  config: entry.config ?? null,
});

interface End {
  readonly name: string;
  /** `there`: already written. `foreign`: not from this program, or from another time. */
  readonly end: 'written' | 'there' | 'foreign';
}

/** Two clusters may have had it at the same moment. Then the second gets a number. */
const writeOne = (folder: string, one: Exported): End => {
  const text = `${JSON.stringify(one, null, 2)}\n`;
  for (let number = 1; ; number += 1) {
    const name = nameOf(one, number);
    if (putNew(folder, name, text)) return { name, end: 'written' };
    const there = readFileSync(join(folder, name), 'utf8');
    if (there === text) return { name, end: 'there' };
    if (!isSibling(there, one)) return { name, end: 'foreign' };
  }
};

/** Whole or not at all; a link never replaces a name. */
const putNew = (folder: string, name: string, text: string): boolean => {
  const temporary = join(folder, `.${name}.${process.pid}.tmp`);
  writeFileSync(temporary, text, { flag: 'wx' });
  try {
    linkSync(temporary, join(folder, name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
};

/** Of the same moment, elsewhere. */
const isSibling = (text: string, { app, env, timestamp, config }: Exported): boolean => {
  try {
    const other = JSON.parse(text) as Partial<Exported>;
    const isSame = other.app === app && other.env === env && other.timestamp === timestamp;
    return isSame && other.config?.target !== undefined && other.config.target !== config?.target;
  } catch {
    return false;
  }
};

const nameOf = ({ app, env, timestamp }: Exported, number: number): string => {
  const when = timestamp.replaceAll(/[-:.]/g, '');
  return `${safe(app)}_${safe(env)}_${when}${number === 1 ? '' : `-${number}`}.json`;
};

/** A valid file name on any system, inside this folder. */
const safe = (name: string): string => name.replaceAll(/[^\w.-]/g, '-').replace(/^\.+/, '-');
