import { describe, expect, test } from 'vitest';
import { plannedByLine, recordLines, versionCell } from '../../lib/cli/plan-records.ts';
import type { DeploymentPreview, PlanPreview } from '../../lib/usecases/plan/preview-plan.ts';

const at = '2026-11-21T14:27:45.544Z';
const deployment = (part: Partial<DeploymentPreview>): DeploymentPreview =>
  ({ key: 'risk/api', docker_image_version: '1.1.0', ...part }) as DeploymentPreview;
const command = (...words: readonly string[]): string => ['flotilla', ...words].join(' ');
const linesOf = (deployments: readonly DeploymentPreview[], left_out = 0): readonly string[] => {
  const total = deployments.length + left_out;
  const plan = { total, recorded: { looked_up: deployments.length, left_out }, deployments };
  return recordLines(plan as PlanPreview, command);
};

const before = { recorded: { version: '1.4.0', batch_id: 'B1', at } };
const ended = { status: 'FAILED', reason: 'PipelineFailed', version: '1.5.0' } as const;
const name = 'deployment risk/api on eu-1';
const held = { kind: 'lock', name, locks: ['/eks:eu/risk/deployment/api'], batch_id: 'B2', key: 'risk/api' } as const;

describe('a version in a plan', () => {
  test.each<readonly [string, Partial<DeploymentPreview>]>([
    ['1.1.0', {}],
    ['→ 1.1.0 (new)', { change: 'new' }],
    ['1.4.0 → 1.1.0 (older)', { ...before, change: 'older' }],
    ['1.4.0 → 1.10.0 (newer)', { ...before, change: 'newer', docker_image_version: '1.10.0' }],
    ['1.4.0 → 1.4.0 (same)', { ...before, change: 'same', docker_image_version: '1.4.0' }],
    ['1.4.0 → main', { ...before, change: 'other', docker_image_version: 'main' }],
    ['? → 1.1.0', { recorded: { batch_id: 'B1', at, ended } }],
    ['? → 1.1.0', { held_by: [{ ...held, status: 'PROCESSING' }] }],
  ])('%s', (cell, part) => {
    expect(versionCell(deployment(part))).toBe(cell);
  });
});

describe('what the records say in a plan', () => {
  test('how versions compare, in total', () => {
    const older = deployment({ ...before, change: 'older' });
    expect(linesOf([older, older, deployment({ change: 'new' })])).toEqual([
      'Compared with what Flotilla recorded: 2 older, 1 new.',
    ]);
  });

  test('how many were left out', () => {
    expect(linesOf([deployment({ change: 'new' })], 9)).toEqual([
      'Compared with what Flotilla recorded: 1 new. Only the first 1 of 10 deployments were looked up.',
    ]);
  });

  test('how many have an unknown version', () => {
    const left = { batch_id: 'B1', at, ended };
    const open = [{ recorded: left }, { recorded: { ...left, last_verified: '1.4.0' } }].map(deployment);
    const sentence =
      'risk/api: what runs there is not known, because batch B1 ended FAILED / PipelineFailed with 1.5.0';
    expect(linesOf(open)).toEqual([
      'Compared with what Flotilla recorded: 2 not known.',
      `${sentence}.`,
      `${sentence}; the last that was verified is 1.4.0.`,
    ]);
  });

  test('a change of the same object under another name', () => {
    const other = { target: 'production/eu-1/risk/api', batch_id: 'B3', at };
    const sentence = 'risk/api: the same object was last changed as production/eu-1/risk/api, by batch B3';
    const [head, known, open, why] = linesOf([
      deployment({ recorded: { ...other, version: '2.0.0' }, change: 'older' }),
      deployment({ recorded: { ...other, ended } }),
    ]);
    expect([known, open]).toEqual([`${sentence} with 2.0.0.`, `${sentence}.`]);
    expect(why).toContain('what runs there is not known, because batch B3 ended FAILED / PipelineFailed');
    expect(head).toBe('Compared with what Flotilla recorded: 1 older, 1 not known.');
  });

  test('who works on what, and what must be resolved first', () => {
    const two = [
      deployment({ ...before, change: 'older', held_by: [{ ...held, status: 'PROCESSING' }] }),
      deployment({ ...before, change: 'older', held_by: [{ ...held, status: 'UNKNOWN' }] }),
    ];
    const [, working, unknown, advice] = linesOf(two);
    expect(working).toMatch(/^risk\/api: Waits for .*B2/);
    expect(unknown).toMatch(/^risk\/api: Waits for .*B2, which left .* UNKNOWN: resolve that/);
    expect(advice).toBe('  flotilla resolve B2 risk/api --status SUCCESS --reason …  (or --status FAILED)');
  });

  test('only the first of many', () => {
    const many = Array.from({ length: 40 }, () => deployment({ held_by: [{ ...held, status: 'PROCESSING' }] }));
    expect(linesOf(many)[0]).toBe('Compared with what Flotilla recorded: 40 not known.');
    expect(linesOf(many)).toHaveLength(32);
    expect(linesOf(many).at(-1)).toBe('… and 10 more lines.');
  });

  test('nothing if the records have nothing to say', () => {
    expect(recordLines({ total: 1, deployments: [deployment({})] } as unknown as PlanPreview, command)).toEqual([]);
  });
});

test.each([
  [{ by: 'server', url: 'http://127.0.0.1:8080' }, /^Planned by the server at http:\/\/127\.0\.0\.1:8080,/],
  [
    { by: 'file', file: '/etc/flotilla.config.yaml' },
    /^Planned here, with \/etc\/flotilla\.config\.yaml; no server was asked/,
  ],
  [{ by: 'defaults' }, /^Planned here, with simulated defaults.*; no server was asked/],
] as const)('says who planned it: %j', (planned, line) => {
  expect(plannedByLine(planned)).toMatch(line);
});
