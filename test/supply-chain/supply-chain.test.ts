import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (...names: readonly string[]): string => readFileSync(join(root, ...names), 'utf8');

interface Locked {
  readonly version: string;
  /** Where it is installed inside another one. */
  readonly name?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const manifest = JSON.parse(read('package.json')) as Readonly<Record<string, Readonly<Record<string, string>>>>;
const nameOf = (path: string): string => path.split('node_modules/').at(-1)!;

describe('packages of npm', () => {
  test('have a hash in the lock file, or come inside a package that has one', () => {
    expect(locked.filter(([, { integrity, inBundle }]) => !(integrity?.startsWith('sha512-') || inBundle))).toEqual([]);
  });

  test("come from npm's configured registry, and from no place that the lock file names", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  test.each(['dependencies', 'devDependencies', 'optionalDependencies'])('are exact versions in %s', (kind) => {
    expect(Object.values(manifest[kind]!).filter((version) => !/^(?:npm:\w+@)?\d+\.\d+\.\d+$/.test(version))).toEqual(
      [],
    );
  });

  test('run no program when they are installed', () => {
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
    // These have such a program and must work without it: esbuild starts a little slower.
    expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path))).toEqual([
      'esbuild',
    ]);
  });

  test("bring Node's binary for every platform that the launcher knows", () => {
    const known = [...read('bin', 'flotilla.js').matchAll(/'[a-z0-9]+-[a-z0-9]+': '([a-z0-9-]+)'/g)].map(
      ([, name]) => name,
    );
    expect(known).toEqual(Object.keys(manifest.optionalDependencies!));
    for (const name of known) expect(lock.packages[`node_modules/${name}`]).toHaveProperty('integrity');
  });

  test('are all in the bill of materials', () => {
    const { stdout } = spawnSync('npm', ['run', '--silent', 'sbom'], { cwd: root, encoding: 'utf8' });
    const bill = JSON.parse(stdout) as { components: { purl: string }[] };
    const listed = new Set(bill.components.map(({ purl }) => decodeURIComponent(purl.split('?')[0]!)));
    const missing = locked.filter(
      ([path, { version, name }]) => !listed.has(`pkg:npm/${name ?? nameOf(path)}@${version}`),
    );
    expect(missing.map(([path]) => path)).toEqual([]);
  });
});

describe('packages of Python', () => {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('requirements.txt'),
  );

  test.each(files)('test/%s has a hash for each, at an exact version', (file) => {
    const entries = read('test', file)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .join('\n')
      .replaceAll('\\\n', '')
      .split('\n');
    expect(entries.length).toBeGreaterThan(3);
    for (const entry of entries)
      expect(entry).toMatch(/^[a-z0-9-]+==[^\s]+( ; [^-]+?)?(\s+--hash=sha256:[0-9a-f]{64})+$/);
  });
});
