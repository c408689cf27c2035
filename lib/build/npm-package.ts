import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFolder, bundleProgram } from './bundle-program.ts';
import { noticesOfBundle } from './notices.ts';

/** What the program reads by path, and what people look for in a package. */
const shipped = ['LICENSE', 'README.md', 'examples', 'schemas', 'statemachines', 'bin/flotilla.js'] as const;

/** Nothing that Node would have to compile. */
const isShipped = (path: string): boolean => !path.endsWith('.ts');

/** What the published manifest takes over from ours. `private` is copied as long as ours has it. */
const manifestKeys = [
  ...['name', 'version', 'private', 'description', 'keywords', 'license', 'type', 'bin', 'publishConfig'],
] as const;

/** The manifest of the package: everything is bundled, so it depends on nothing but Node. */
const manifestOf = (root: string): object => {
  const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  const kept = manifestKeys.flatMap((key) => (ours[key] === undefined ? [] : [[key, ours[key]] as const]));
  return { ...Object.fromEntries(kept), engines: { node: '>=24' } };
};

/** Puts the files of the package into a folder. */
export const writePackage = async (root: string, folder: string): Promise<void> => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  // The other bundles have no packages besides.
  const { flotilla } = await bundleProgram(root, join(folder, bundleFolder));
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), noticesOfBundle(root, flotilla));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifestOf(root), undefined, 2)}\n`);
  for (const path of shipped) cpSync(join(root, path), join(folder, path), { recursive: true, filter: isShipped });
  chmodSync(join(folder, 'bin/flotilla.js'), 0o755);
};

/** Writes the package and packs it. Gives the file. */
export const packPackage = async (root: string, folder: string): Promise<string> => {
  const content = join(folder, 'package');
  await writePackage(root, content);
  const told = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: content,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(told) as readonly [{ readonly filename: string }];
  const file = join(folder, 'flotilla.tgz');
  copyFileSync(join(folder, filename), file);
  rmSync(join(folder, filename));
  return file;
};

if (import.meta.main) {
  const root = join(import.meta.dirname, '..', '..');
  console.log(await packPackage(root, join(root, 'dist')));
}
