import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './cli-world.ts';

const directory = mkdtempSync(join(tmpdir(), 'flotilla-callbacks-'));
afterAll(() => rmSync(directory, { recursive: true }));

const simulated = 'clusters: { a: { simulated: true } }\nharness: { simulated: true }\n';
const config = ['serve', '--port', '0', '--config', 'sim.yaml'];

/** Stops it as Ctrl-C does. */
const stop = (): void => void process.emit('SIGINT');

describe('callbacks of Harness', () => {
  const key = 'a-key-of-the-callback-that-nobody-knows';
  const other = 'x'.repeat(40);
  beforeAll(() => {
    writeFileSync(join(directory, 'sim.yaml'), simulated);
    writeFileSync(join(directory, 'callback-key'), `${key}\n${other}\n`);
    writeFileSync(join(directory, 'short-key'), 'hunter2\n');
  });

  /** The server's output, and its answers by key to a callback without a token and with one. */
  const called = async (argv: readonly string[], env: Readonly<Record<string, string>>, given: string) => {
    const token = 'a-token-that-was-given-from-outside';
    const answered: number[] = [];
    const ran = await run([...config, '--data', 'data', '--json', ...argv], {
      directory,
      env: { FLOTILLA_TOKEN: token, ...env },
      onLine: async (line) => {
        const { url } = JSON.parse(line) as { url: string };
        for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
          answered.push((await fetch(`${url}/callbacks/harness/${given}`, { method: 'POST', headers })).status);
        }
        stop();
      },
    });
    return { ...ran, answered };
  };

  test.each<[string, readonly string[], Readonly<Record<string, string>>, string, readonly number[]]>([
    ['from a file', ['--callback-key-file', 'callback-key'], {}, key, [202, 202]],
    ['from the second line of a file', ['--callback-key-file', 'callback-key'], {}, other, [202, 202]],
    ['from a variable', [], { FLOTILLA_CALLBACK_KEY: key }, key, [202, 202]],
    ['has no such route without a key', [], { FLOTILLA_CALLBACK_KEY: '' }, key, [401, 404]],
  ])('%s', async (_, argv, env, given, answered) => {
    const ran = await called(argv, env, given);
    expect([ran.status, ran.answered]).toEqual([0, answered]);
    const [shown] = ran.out.map((line) => JSON.parse(line));
    expect(shown.callback_url).toBe(answered[0] === 202 ? `${shown.url}/callbacks/harness/KEY` : undefined);
    expect([...ran.out, ...ran.error].join()).not.toContain(key);
  });

  test('prints at start how to call it, but not the key', async () => {
    const { out } = await run(
      [...config, '--data', 'data', '--host', '0.0.0.0', '--callback-key-file', 'callback-key'],
      {
        directory,
        env: {},
        onLine: (line) => {
          if (line.includes('curl')) setImmediate(stop);
        },
      },
    );
    expect(out[1]).toMatch(
      /^Harness may call back by POST http:\/\/127\.0\.0\.1:\d+\/callbacks\/harness\/KEY; KEY is in callback-key\.$/,
    );
    for (const secret of [key, other]) expect(out.join()).not.toContain(secret);
  });

  test.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['a short key', ['--callback-key-file', 'short-key'], {}, /^The callback's key in short-key: one has 7 characters/],
    [
      'a short one in a variable',
      [],
      { FLOTILLA_CALLBACK_KEY: 'hunter2' },
      /in \$FLOTILLA_CALLBACK_KEY: one has 7 characters/,
    ],
    ['no file', ['--callback-key-file', 'gone'], { FLOTILLA_CALLBACK_KEY: key }, /, gone, cannot be read: there is no/],
  ])('%s: exits with 2 and creates nothing', async (_, argv, env, told) => {
    const { status, error } = await run([...config, '--data', 'none', ...argv], { directory, env });
    expect([status, error]).toEqual([2, [expect.stringMatching(told)]]);
    expect(error.join()).not.toContain('hunter2');
    expect(existsSync(join(directory, 'none'))).toBe(false);
  });
});
