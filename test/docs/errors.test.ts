import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorNames } from '../../lib/domain/errors.ts';

const headings = ['errors', 'technical-errors']
  .flatMap((page) => [...readFileSync(`docs/${page}.md`, 'utf8').matchAll(/^### (\w+)$/gm)])
  .map(([, name]) => name);

test('every error name has its heading, and every heading has its error', () => {
  expect([...headings].sort()).toEqual(Object.keys(errorNames).sort());
});

/** As in the source: with `settleUnknown`, next to `unknown: true`, and where an answer is missing. */
const unknownReasons = [
  'usecases/deployment/follow-run',
  'usecases/rollout/judge-once',
  'domain/deployment/conclude-deployment',
]
  .map((file) => readFileSync(`lib/${file}.ts`, 'utf8'))
  .flatMap((source) => [
    ...source.matchAll(/settleUnknown\([^)]*?'(\w+)'/g),
    ...source.matchAll(/reason: '(\w+)'[^\n]*unknown: true/g),
    ...source.matchAll(/'(WaitTimedOut|TechnicalError)'/g),
  ])
  .map(([, reason]) => reason!);

test.each([...new Set([...unknownReasons, 'RestoreUnknown', 'JobGone', 'ExecutionStopped', 'ExecutionEnded'])])(
  'says what to do about UNKNOWN / %s',
  (reason) => {
    const rows = readFileSync('docs/outcomes.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| UNKNOWN / '));
    expect(rows.filter((row) => row.split('|')[1]!.includes(`\`${reason}\``))).toHaveLength(1);
  },
);
