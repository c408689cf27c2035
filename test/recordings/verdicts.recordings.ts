import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as sequences from '../conformance/sequences.ts';
import * as verdicts from '../conformance/verdicts.ts';
import { casesAt } from './cases.ts';

/** Other systems' answers, and sequences of looks. Each file is a row with its expected result. */

const run = ({ main }: typeof verdicts | typeof sequences, files: readonly string[]) => {
  const lines: string[] = [];
  return { status: main(files, (line) => lines.push(line)), told: lines.join('\n'), last: lines.at(-1) ?? '' };
};

const answers: readonly (readonly [file: string, mostRefused: number])[] = [
  ['kubectl-rollout-status.json', 0],
  ['kstatus-compute.json', 0],
  ['helm-ready.json', 0],
  ['argocd-core-health.json', 0],
  ['argocd-lua-health.json', 5],
];

it.each(answers)('%s: we agree, or differ by a rule', (file, mostRefused) => {
  const { status, told, last } = run(verdicts, [casesAt('kubernetes', file)]);
  expect(status, told).toBe(0);
  const [passed = 0, refused = 0, differed = 1] = last.match(/\d+/g)?.map(Number) ?? [];
  expect(passed, told).toBeGreaterThan(refused);
  expect(refused, told).toBeLessThanOrEqual(mostRefused);
  expect(differed, told).toBe(0);
});

const sequenceFiles = globSync('*/case.json', { cwd: casesAt('reports') }).sort();

it.each(sequenceFiles)('%s: every look is right', (file) => {
  const { status, told } = run(sequences, [casesAt('reports', file)]);
  expect(status, told).toBe(0);
});
