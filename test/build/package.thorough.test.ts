import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packPackage } from '../../lib/build/npm-package.ts';
import { ordinaryText } from '../bench/plan.ts';

const root = join(import.meta.dirname, '..', '..');
/** The bundle of `plan` takes 0.9 MB of it, most of that the client of clusters a second time. */
const mostBytes = { packed: 2_500_000, unpacked: 10_000_000 };

let folder = '';
let file = '';
let installed = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flotilla-package-'));
  file = await packPackage(root, folder);
  // As the page says, but into this folder.
  const [command = ''] = /^npm install --prefix .*$/m.exec(readFileSync(join(root, 'docs/install.md'), 'utf8')) ?? [];
  const argv = command.replace('/opt/flotilla', folder).split(' ').slice(1);
  execFileSync('npm', [...argv, '--offline', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe' });
  installed = join(folder, 'node_modules', '@flotilla-deploy', 'cli');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Outside the clone: only the package's own files are there. */
const start = (...argv: readonly string[]) => [join(folder, 'node_modules', '.bin', 'flotilla'), ...argv];
const environment = (): NodeJS.ProcessEnv => ({ ...process.env, XDG_CACHE_HOME: join(folder, 'cache') });

const run = (...argv: readonly string[]): Promise<{ status: number; out: string; error: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, start(...argv), { cwd: folder, env: environment() }, (failure, out, error) => {
      resolve({ status: failure === null ? 0 : Number(failure.code), out, error });
    });
  });

describe('the package', () => {
  test('is small', () => {
    const files = globSync('**/*', { cwd: installed, withFileTypes: true }).filter((entry) => entry.isFile());
    const sizes = files.map(({ parentPath, name }) => statSync(join(parentPath, name)).size);
    expect(statSync(file).size).toBeLessThan(mostBytes.packed);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(mostBytes.unpacked);
  });

  test('has no sources, no tests and no dependencies', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(globSync(['**/*.ts', 'test', 'lib', 'node_modules'], { cwd: installed })).toEqual([]);
    expect(Object.keys(manifest).filter((key) => /dependencies$/i.test(key))).toEqual([]);
    expect(manifest).toMatchObject({
      name: '@flotilla-deploy/cli',
      engines: { node: '>=24' },
      publishConfig: { access: 'public', provenance: true },
    });
  });

  test('has licence and notices, and nothing of the CDK', () => {
    const notices = readFileSync(join(installed, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(existsSync(join(installed, 'LICENSE'))).toBe(true);
    for (const name of ['commander', 'zod', 'yaml', '@kubernetes/client-node', '@aws-sdk/client-dynamodb'])
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(notices).not.toMatch(/^(?:aws-cdk-lib|cdk-nag|constructs) /m);
  });

  test.each([
    [['--version'], /^\d+\.\d+\.\d+\n$/],
    [['plan', 'node_modules/@flotilla-deploy/cli/examples/release.yaml'], /Plan hash: /],
    [['validate', 'node_modules/@flotilla-deploy/cli/examples/release.yaml'], /: valid, a batch of 13 deployments\n$/],
    [['schema', 'configuration', '--json'], /"\$schema":/],
    [['completion', 'zsh'], /^#compdef flotilla\n/],
    [['demo'], /The demo ended as designed: simulated, 13 deployments/],
    [['demo', 'canary'], /The demo ended as designed: simulated, a good version took over/],
  ] as const)('runs %j', async (argv, told) => {
    const { status, out } = await run(...argv);
    expect({ status, isTold: told.test(out) }).toEqual({ status: 0, isTold: true });
  });

  test('serves, names an example by its path, and plans large batches in its thread', async () => {
    const argv = start('serve', '--port', '0', '--data', 'data');
    const server = spawn(process.execPath, argv, {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines: string[] = [];
      for await (const line of createInterface({ input: server.stdout })) {
        lines.push(line);
        if (line.includes('curl')) break;
      }
      const told = lines.join('\n');
      const example = /--data-binary @(\S+)/.exec(told)?.[1] ?? '';
      expect(existsSync(join(folder, example))).toBe(true);
      const url = /listens on (\S+),/.exec(told)![1]!;
      writeFileSync(join(folder, 'large.yaml'), ordinaryText(600));
      expect(await run('plan', 'large.yaml', '--url', url)).toMatchObject({ status: 0, error: '' });
      expect(await run('deploy', example, '--url', url, '--follow', '--timeout', '60')).toMatchObject({ status: 0 });
    } finally {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
  });
});
