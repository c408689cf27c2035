import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { ownPrograms } from '../local/own-files.ts';
import { lightCommands } from './light-commands.ts';
import { plainSchemaKeys, requireBanner } from './plain-schema-keys.ts';

/** Where a clone keeps its bundle. `bin/flotilla.js` looks there. */
export const bundleFolder = 'dist/program';

/** Besides the sources, what a bundle is made of: installed packages. */
const installed = 'node_modules/.package-lock.json';

/**
 * Bundles the program, its simulators and its threads. What they share is in files of its own, and so is every command: a
 * command reads what it needs and no more. Names stay as they are, for stack traces.
 */
export const bundleProgram = async (root: string, folder: string): Promise<Metafile> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { flotilla: 'bin/flotilla.ts', ...ownPrograms },
    outdir: folder,
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    banner: { js: requireBanner },
    plugins: [plainSchemaKeys, lightCommands],
  });
  return metafile;
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

/** Bundles a clone for its launcher. */
export const bundleClone = async (root: string): Promise<void> => {
  const started = Date.now();
  const folder = join(root, bundleFolder);
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const stamp = stampOf(root, await bundleProgram(root, fresh));
  const changed = Object.entries(stamp).filter(([, [, changedAt]]) => changedAt >= started);
  if (changed.length > 0) throw new Error(`${changed[0]![0]} changed during the build. Run it again.`);
  writeFileSync(join(fresh, 'sources.json'), JSON.stringify(stamp));
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
};

if (import.meta.main) await bundleClone(join(import.meta.dirname, '..', '..'));
