import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { failureOfRun } from '../../lib/domain/deployment/run-failure.ts';
import type { RunOutcome } from '../../lib/domain/ports.ts';

const page = readFileSync(new URL('../../docs/failures.md', import.meta.url), 'utf8');
const table = page.slice(page.indexOf('## Why an attempt failed'), page.indexOf('## Why a rollout failed'));
const again = new Map(
  [...table.matchAll(/^\| `(\w+)` \|[^|]+\| (yes|no) \|/gm)].map(([, reason, told]) => [reason!, told!]),
);

const bad: readonly RunOutcome[] = [
  'succeeded-with-ignored',
  'failed',
  'aborted',
  'expired',
  'rejected',
  'frozen',
  'skipped',
];

test.each(bad)('docs/failures.md explains the consequences of a run that ended as %s', (outcome) => {
  const failure = failureOfRun({ phase: 'terminal', outcome, raw: outcome })!;
  expect([failure.reason, again.get(failure.reason)]).toEqual([failure.reason, failure.retryable ? 'yes' : 'no']);
});
