import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'flotilla.js');

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const files = {
  'package.json': '{ "type": "module" }',
  'bin/flotilla.ts': "console.log('sources');",
  'lib/plan.ts': 'export const plan = 1;',
  'dist/program/flotilla.js': "console.log('bundle');",
  'dist/program/plan.js': "console.log('bundle of plan');",
};

/** A clone with a bundle of two sources. */
const makeClone = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-launcher-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  copyFileSync(launcher, join(folder, 'bin', 'flotilla.js'));
  const stamp = Object.fromEntries(
    ['bin/flotilla.ts', 'lib/plan.ts'].map((path) => {
      const { size, mtimeMs } = statSync(join(folder, path));
      return [path, [size, mtimeMs]];
    }),
  );
  for (const name of ['flotilla', 'plan']) {
    writeFileSync(join(folder, `dist/program/${name}.sources.json`), JSON.stringify(stamp));
  }
  return folder;
};

const run = (
  node: readonly string[],
  folder: string,
  ...args: readonly string[]
): Promise<{ status: number; out: string; error: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, XDG_CACHE_HOME: node.includes(homeless) ? '' : join(folder, 'cache') };
    const start = [...node, join(folder, 'bin', 'flotilla.js'), ...args];
    execFile(process.execPath, start, { env }, (failure, out, error) => {
      resolve({ status: failure === null ? 0 : Number(failure.code), out, error });
    });
  });

const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`;

/** What Node does for a user without an entry and without $HOME, as a container may have. */
const homeless = `data:text/javascript,import os from 'node:os';import { syncBuiltinESMExports } from 'node:module';os.homedir=()=>{throw new Error('uv_os_homedir')};syncBuiltinESMExports()`;

describe('the launcher starts', () => {
  test.each<[string, (folder: string) => void]>([
    ['a clone', () => {}],
    ['a package', (folder) => rmSync(join(folder, 'bin/flotilla.ts'))],
  ])('%s for a user without a home', async (_, change) => {
    const folder = makeClone();
    change(folder);
    expect(await run(['--import', homeless], folder)).toEqual({ status: 0, out: 'bundle\n', error: '' });
  });

  test.each<[string, 'bundle' | 'sources', (folder: string) => void]>([
    ['the bundle of an unchanged clone', 'bundle', () => {}],
    ['an edited source', 'sources', (folder) => writeFileSync(join(folder, 'lib/plan.ts'), 'export const plan = 20;')],
    ['a source that got an older time', 'sources', (folder) => utimesSync(join(folder, 'lib/plan.ts'), 1, 1)],
    ['the sources when one is gone', 'sources', (folder) => rmSync(join(folder, 'lib/plan.ts'))],
    ['the sources without a bundle', 'sources', (folder) => rmSync(join(folder, 'dist'), { recursive: true })],
    ['the bundle of a package, which has no sources', 'bundle', (folder) => rmSync(join(folder, 'bin/flotilla.ts'))],
  ])('%s', async (_, expected, change) => {
    const folder = makeClone();
    change(folder);
    expect(await run([], folder)).toEqual({ status: 0, out: `${expected}\n`, error: '' });
  });

  test.each([
    ['plan', 'bundle of plan\n'],
    ['deploy', 'bundle\n'],
  ])('the bundle for %s', async (command, out) => {
    expect((await run([], makeClone(), command, 'plan')).out).toBe(out);
  });

  test('the sources for plan where one was edited', async () => {
    const folder = makeClone();
    writeFileSync(join(folder, 'lib/plan.ts'), 'export const plan = 20;');
    expect((await run([], folder, 'plan')).out).toBe('sources\n');
  });

  test('nothing from a package on an older Node, and says what it needs', async () => {
    const folder = makeClone();
    rmSync(join(folder, 'bin/flotilla.ts'));
    expect(await run(['--import', older], folder)).toEqual({
      status: 1,
      out: '',
      error: `flotilla needs Node 24 or later, and this is ${process.version}.\n`,
    });
  });
});
