import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scenarioNames } from './harness/scenarios.ts';

const root = join(import.meta.dirname, '../..');

test('refuses an unknown benchmark with the names of all, which docs/development.md has too', () => {
  const bench = join(import.meta.dirname, 'bench.ts');
  const ran = spawnSync(process.execPath, [bench, 'plan', 'nosuch', 'constructor'], { encoding: 'utf8' });
  const names =
    'start-up, imports, batches, plan, schedule, hostile, rollback-preview, requests, survey, cluster, cluster-requests, command-line, harness, cost';
  const long = 'requests, survey, cluster, cluster-requests, harness';
  expect([ran.status, ran.stdout]).toEqual([2, '']);
  expect(ran.stderr).toBe(
    `There is no benchmark nosuch, constructor. There are: ${names}; without a name all but ${long} are run.\n`,
  );
  const listed = names.split(', ').map((name) => `\`${name}\``);
  expect(readFileSync(join(root, 'docs/development.md'), 'utf8')).toContain(
    `with \`-- NAME …\` only ${listed.join(', ')}`,
  );
});

test.each([
  [['harness', '--only', 'steady-10', '--only', 'nosuch'], 'There is no part nosuch. There are: steady-10, '],
  [['plan', '--only', 'steady-10'], 'There is no part steady-10. What is to be run has no parts.'],
  [['plan', '--once'], "Unknown option '--once'"],
])('refuses %j', (args, message) => {
  const ran = spawnSync(process.execPath, [join(import.meta.dirname, 'bench.ts'), ...args], { encoding: 'utf8' });
  expect([ran.status, ran.stdout]).toEqual([2, '']);
  expect(ran.stderr).toContain(message);
});

test('docs/development.md has every scenario of the benchmark harness', () => {
  const listed = scenarioNames.map((name) => `\`${name}\``).join(', ');
  expect(readFileSync(join(root, 'docs/development.md'), 'utf8')).toContain(`\`--only PART\` chooses among ${listed}`);
});
