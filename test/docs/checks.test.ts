import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { describeIssue } from '../../lib/domain/batch/issues.ts';
import { parseConfiguration } from '../../lib/domain/catalogue/parse-configuration.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'checks.md'), 'utf8');
const snippets = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => parse(text!));

test('the checks on the page are a valid configuration', () => {
  const [clusters, source, { checks }] = snippets;
  expect(snippets).toHaveLength(3);
  const canary = { checks: [...checks, { name: 'balancer', max: 5, ...source }] };
  const services = { shared: { web: { namespace: 'web', kubernetes: { strategy: { canary } } } } };
  const parsed = parseConfiguration(JSON.stringify({ ...clusters, services }), { env: {}, readFile: () => undefined });
  expect('issues' in parsed ? parsed.issues.map(describeIssue) : []).toEqual([]);
});
