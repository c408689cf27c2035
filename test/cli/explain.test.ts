import { expect, test } from 'vitest';
import { explainDeployments } from '../../lib/cli/explain.ts';
import { makePalette } from '../../lib/cli/palette.ts';
import { deployment } from './answers.ts';

const { colours } = makePalette(false);
const simulated = { harness: false, clusters: [] };
const toldOf = (...deployments: ReturnType<typeof deployment>[]): readonly string[] =>
  explainDeployments(deployments, { simulated, colours });

test('shows a warning next to the failure, unless the message already has it', () => {
  const failed = deployment({ status: 'FAILED', message: 'late. Warned.', warnings: ['Warned', 'not deleted\u001b'] });
  expect(toldOf(failed).filter((line) => line.includes('warning'))).toEqual(['  warning: not deleted\\u001b']);
});

test('shows warnings of successful deployments last, at most 50', () => {
  const warnings = Array.from({ length: 52 }, (_, at) => `w${at}`);
  const well = deployment({ key: 'shared/a', status: 'SUCCESS', warnings });
  const lines = toldOf(well, deployment({ key: 'shared/b', status: 'SUCCESS' }));
  expect([lines[0], lines[49], lines[50], lines.length]).toEqual([
    'warning: shared/a: w0',
    'warning: shared/a: w49',
    '… and 2 more warnings.',
    51,
  ]);
});

test('groups the skipped deployments of a long chain under the failure that caused them', () => {
  const root = { key: 'shared/a', status: 'FAILED', reason: 'ImagePullFailed' } as const;
  const skipped = { status: 'SKIPPED', root } as const;
  const lines = toldOf(
    deployment({ key: 'shared/b', reason: 'DependencyFailed', message: 'It depends on shared/a.', ...skipped }),
    deployment({ key: 'shared/c', reason: 'DependencySkipped', message: 'It depends on shared/b.', ...skipped }),
  );
  expect(lines).toEqual(['SKIPPED because of shared/a, which is FAILED / ImagePullFailed.', '  shared/b, shared/c']);
});

test('also shows how it was resolved since', () => {
  const root = { key: 'shared/a', status: 'UNKNOWN', reason: 'ResolvedByOperator', resolved: 'SUCCESS' } as const;
  expect(toldOf(deployment({ key: 'shared/b', status: 'SKIPPED', root }))).toEqual([
    'SKIPPED because of shared/a, which was UNKNOWN / ResolvedByOperator, since resolved as SUCCESS.',
    '  shared/b',
  ]);
});
