import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('a benchmark that does not exist is refused with the names of those that do, which the README has too', () => {
  const bench = join(import.meta.dirname, 'bench.ts');
  const ran = spawnSync(process.execPath, [bench, 'plan', 'nosuch', 'constructor'], { encoding: 'utf8' });
  const names = 'start-up, imports, batches, plan, schedule, hostile, command-line, cost';
  expect([ran.status, ran.stdout]).toEqual([2, '']);
  expect(ran.stderr).toBe(
    `There is no benchmark nosuch, constructor. There are: ${names}; without a name all are run.\n`,
  );
  const listed = names.split(', ').map((name) => `\`${name}\``);
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`with \`-- NAME …\` only ${listed.join(', ')}`);
});
