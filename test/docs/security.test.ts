import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const rows = readFileSync(join(root, 'docs', 'security.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!No\.|threat)[^-]/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

describe('docs/security.md', () => {
  test('has each finding of the review once, in order', () => {
    const numbers = rows.filter(([first]) => /^\d+$/.test(first!)).map(([number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  });

  test.each(rows.map((row) => [row[0], row.at(-1)!] as const))('%s: its guard exists', (_, tests) => {
    const named = [...tests.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
