import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../lib/domain/batch/parse-batch.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { run } from '../cli/cli-world.ts';
import { expectPrinted, fences, inBackticks, lines, read, root, stepOf, table, wordsOf } from './pages.ts';

test('the batch of the README is the example', () => {
  const [batch] = fences(read('README.md'), 'yaml');
  expect(batch).toBe(read('examples/small.yaml').replace(/^# yaml-language-server: .*\n/, ''));
});

describe('the two forms', () => {
  const written = fences(read('docs/batch.md'), 'yaml').filter((text) => text.startsWith('version'));
  const { catalogue } = simulatedConfiguration();
  const deploymentsOf = (text: string) => {
    const parsed = parseBatch(text, catalogue);
    if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
    return parsed.batch.deployments;
  };
  const withoutLines = (text: string) => deploymentsOf(text).map(({ line: _, ...deployment }) => deployment);

  test('on the page are the same batch', () => {
    const [short, long, ...others] = written;
    expect(others).toEqual([]);
    expect(withoutLines(short!)).toEqual(withoutLines(long!));
  });

  test("the page shows the example's deployments on several infrastructures", () => {
    const keys = deploymentsOf(read('examples/regions.yaml')).map(({ key, dependencies }) => [key, dependencies]);
    const rows = table(read('docs/batch.md'), '| key | waits for |');
    expect(rows.map(([key, before]) => [inBackticks(key!)[0], inBackticks(before!)])).toEqual(keys);
  });
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
