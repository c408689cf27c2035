import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * No test depends on the machine's speed: it waits for the expected event, for any time, and only the limit of
 * `vitest.config.ts` ends what hangs. Its own limit, or a look at the clock, makes a test fail on a busy machine.
 */
const haste: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a limit of its own', /^\s*\}(?:\),)?, [\d_]+\);|\b(?:test|it|describe|beforeAll|afterAll)\b.*\btimeout: [\d_]+/m],
  ['a limit of its own', /\b(?:poll|waitFor|waitUntil)\([^;]*\btimeout: [\d_]+/],
  ['a limit of its own', /^(?:const \w+ = \{| *)\s*timeout: \d+_000\b/m],
  ['real time that has passed', /\bDate\.now\(\) [-<>]|(?<!=)[-<>]=? Date\.now\(\)|\bperformance\.now\b|\bhrtime\b/],
];

const hasteOf = (text: string): readonly string[] =>
  haste.flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));

const root = join(import.meta.dirname, '..');
const files = globSync('test/**/*.test.ts', { cwd: root }).filter((path) => path !== 'test/patience.test.ts');

describe('the tests', () => {
  it('exist', () => {
    expect(files.length).toBeGreaterThan(150);
  });

  it('have no limits and no clock', () => {
    const found = files.flatMap((path) =>
      hasteOf(readFileSync(join(root, path), 'utf8')).map((what) => `${path} has ${what}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    ['a limit of its own', "test('x', async () => {\n  await x;\n}, 30_000);"],
    ['a limit of its own', 'beforeAll(async () => {\n  await x;\n}, 60_000);'],
    ['a limit of its own', "test('x', { timeout: 60_000 }, async () => {});"],
    ['a limit of its own', "describe.skipIf(!y)('x', { timeout: 120_000, concurrent: true }, () => {});"],
    ['a limit of its own', 'await expect\n  .poll(read, { interval: 200, timeout: 5000 })\n  .toBe(1);'],
    ['a limit of its own', 'const patient = { timeout: 120_000 };'],
    ['a limit of its own', "test('x', {\n  timeout: 120_000,\n}, async () => {});"],
    ['real time that has passed', 'while (Date.now() - since < limit) await sleep(20);'],
    ['real time that has passed', 'while (limit > Date.now()) await sleep(20);'],
    ['real time that has passed', 'const from = performance.now();'],
  ])('finds %s: %s', (what, text) => {
    expect(hasteOf(text)).toEqual([what]);
  });

  it.each(['const now = () => Date.now();', "const text = 'timeout: 60';", 'const deployment = { timeout: 3600 };'])(
    'allows %s',
    (text) => {
      expect(hasteOf(text)).toEqual([]);
    },
  );
});
