import { describe, expect, test } from 'vitest';
import { run } from '../cli/cli-world.ts';
import { expectPrinted, fences, lines, read, root, stepOf, wordsOf } from './pages.ts';

test('the batch of the README is the example', () => {
  const [batch] = fences(read('README.md'), 'yaml');
  expect(batch).toBe(read('examples/small.yaml').replace(/^# yaml-language-server: .*\n/, ''));
});

describe('plan', () => {
  const step = stepOf(read('docs/batch.md'), 'flotilla plan');
  const plan = (...more: readonly string[]) =>
    run([...wordsOf(step.command).slice(1), ...more], { directory: root, columns: 10_000 });

  test('prints what the page shows', async () => {
    const { status, out } = await plan();
    expect(status).toBe(0);
    expectPrinted(lines(out), step);
  });

  test('--json prints the same as data', async () => {
    const { status, out } = await plan('--json');
    expect(status).toBe(0);
    expect(JSON.parse(lines(out))).toMatchObject({ total: 2, critical_path: ['shared/login-api', 'risk/limit-check'] });
  });
});
