import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { releaseYaml } from '../../usecases/api-world.ts';

const launcher = join(import.meta.dirname, '..', '..', '..', 'bin', 'flotilla.js');

const launch = (argv: readonly string[], stdin = ''): Promise<{ status: number; out: string; error: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [launcher, ...argv], (failure, out, error) => {
      resolve({ status: failure === null ? 0 : Number(failure.code), out, error });
    });
    child.stdin!.end(stdin);
  });

describe('bin/flotilla.js', () => {
  test('reads the standard input, prints plain text where no terminal is', async () => {
    const { status, out } = await launch(['plan', '-'], releaseYaml);
    expect(status).toBe(0);
    expect(out).toContain('Plan hash: ');
    expect(out).not.toContain('\u001b');
  });

  test('leaves with the exit status', async () => {
    expect(await launch(['plan', '-'], 'version: 1\n')).toMatchObject({ status: 2, out: '' });
    expect((await launch(['--version-of-what'])).status).toBe(2);
  });
});
