import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { ownPrograms } from '../local/own-files.ts';
import { lightCommands } from './light-commands.ts';
import { onlyCommand } from './only-command.ts';
import { plainSchemaKeys, requireBanner } from './plain-schema-keys.ts';

/** Where a clone keeps its bundle. `bin/flotilla.js` looks there. */
export const bundleFolder = 'dist/program';

/** Besides the sources, what a bundle is made of: installed packages. */
const installed = 'node_modules/.package-lock.json';

/** The launcher starts `plan` by a bundle of its own, and every other command by `flotilla`. */
const bundles = {
  flotilla: { entryPoints: { flotilla: 'bin/flotilla.ts', ...ownPrograms }, commands: lightCommands },
  plan: { entryPoints: { plan: 'bin/flotilla.ts' }, commands: onlyCommand('plan') },
} as const;

type Bundle = keyof typeof bundles;

/**
 * Bundles the program, its simulators and its threads. What they share is in files of its own, and so is every command: a
 * command reads what it needs and no more. Names stay as they are, for stack traces; the rest is written short, since Node
 * reads all of it at every start.
 */
export const bundleProgram = async (root: string, folder: string): Promise<Readonly<Record<Bundle, Metafile>>> => {
  const bundle = async (name: Bundle): Promise<Metafile> => {
    const { entryPoints, commands } = bundles[name];
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints,
      outdir: folder,
      chunkNames: '[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      mainFields: ['module', 'main'],
      legalComments: 'none',
      minifyWhitespace: true,
      minifySyntax: true,
      // Node shows the whole line of an error that nobody catches.
      lineLimit: 160,
      metafile: true,
      logLevel: 'warning',
      banner: { js: requireBanner },
      plugins: [plainSchemaKeys, commands],
    });
    return metafile;
  };
  const [flotilla, plan] = await Promise.all([bundle('flotilla'), bundle('plan')]);
  return { flotilla, plan };
};

/** Size and time of change of every source, by its path. The launcher takes the bundle while all of them are the same. */
const stampOf = (root: string, { inputs }: Metafile): Readonly<Record<string, readonly [number, number]>> => {
  const sources = Object.keys(inputs).filter((path) => !/^(?:node_modules\/|light-commands:)/.test(path));
  return Object.fromEntries(
    [...sources, installed].sort().map((path) => {
      const { size, mtimeMs } = statSync(join(root, path));
      return [path, [size, mtimeMs]];
    }),
  );
};

const listName = 'files.json';

/** The files that the last build made. */
const lastFiles = (folder: string): readonly string[] => {
  const list = join(folder, listName);
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as readonly string[]) : [];
};

/** Keeps the files of the last build. A server that still runs it loads some of them only when it needs them. */
const keepLast = (folder: string, fresh: string, metafiles: readonly Metafile[]): void => {
  const made = metafiles.flatMap(({ outputs }) => Object.keys(outputs).map((path) => basename(path)));
  for (const file of lastFiles(folder)) {
    if (!made.includes(file) && existsSync(join(folder, file))) copyFileSync(join(folder, file), join(fresh, file));
  }
  writeFileSync(join(fresh, listName), JSON.stringify(made));
};

/** Bundles a clone for its launcher. */
export const bundleClone = async (root: string): Promise<void> => {
  const started = Date.now();
  const folder = join(root, bundleFolder);
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const metafiles = await bundleProgram(root, fresh);
  for (const [name, metafile] of Object.entries(metafiles)) {
    const stamp = stampOf(root, metafile);
    const changed = Object.entries(stamp).filter(([, [, changedAt]]) => changedAt >= started);
    if (changed.length > 0) throw new Error(`${changed[0]![0]} changed during the build. Run it again.`);
    writeFileSync(join(fresh, `${name}.sources.json`), JSON.stringify(stamp));
  }
  keepLast(folder, fresh, Object.values(metafiles));
  const last = `${folder}.last`;
  rmSync(last, { recursive: true, force: true });
  if (existsSync(folder)) renameSync(folder, last);
  renameSync(fresh, folder);
  rmSync(last, { recursive: true, force: true });
};

if (import.meta.main) await bundleClone(join(import.meta.dirname, '..', '..'));
