import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseBatch } from '../../lib/domain/batch/parse-batch.ts';
import { parseConfiguration } from '../../lib/domain/catalogue/parse-configuration.ts';
import { fences, read } from './pages.ts';

describe('the configuration of docs/configuration.md', () => {
  const [configuration] = fences(read('docs/configuration.md'), 'yaml');
  const env = { HARNESS_API_KEY: 'k3y', HARNESS_SHARED_TOKEN: 't0k3n' };
  const readFile = (path: string): string => read(join('examples', path));

  test('is valid, uses the variables that it names, and accepts the batches of the examples', () => {
    const parsed = parseConfiguration(configuration!, { readFile, env });
    expect(parsed).not.toHaveProperty('issues');
    if ('issues' in parsed) return;
    expect(parsed.warnings).toEqual([]);
    expect(parsed.configuration.connections.harness).toMatchObject({ kind: 'real', api_key: 'k3y' });
    for (const example of ['small', 'release']) {
      const taken = parseBatch(read(`examples/${example}.yaml`), parsed.configuration.catalogue);
      expect(taken, example).toMatchObject({ warnings: [] });
    }
  });

  test('a variable that is unset or empty is an error', () => {
    const parsed = parseConfiguration(configuration!, { readFile, env: { HARNESS_API_KEY: '' } });
    const issues = 'issues' in parsed ? parsed.issues : [];
    expect(issues.map(({ path }) => path)).toEqual(['pillars.shared.harness.webhook_token', 'harness.api_key']);
  });
});
