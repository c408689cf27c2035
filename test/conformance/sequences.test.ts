import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { main } from './sequences.ts';

const metadata = { name: 'nightly', namespace: 'shop', uid: 'u', generation: 1 };
const job = (image: string, status: object) => ({
  workload: { kind: 'Job', metadata, spec: { template: { spec: { containers: [{ name: 'm', image }] } } }, status },
});
const sequence = {
  title: 'a job runs and ends',
  workload: { kind: 'job', name: 'nightly', namespace: 'shop', image: 'reg/nightly' },
  expected: { version: '2', artifactType: 'docker' },
  looks: [
    { at: 0, view: job('reg/nightly:2', { active: 1 }), right: { verdict: ['waiting'], why: 'it runs' } },
    {
      at: 10,
      view: job('reg/nightly:2', { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }),
      right: { verdict: ['healthy'], reason: '^JobComplete$', not_in_message: 'fail' },
    },
  ],
};
const [first, second] = sequence.looks;
const otherwise = (right: object) => ({
  ...sequence,
  looks: [first, { ...second, right: { ...second?.right, ...right } }],
});

const run = (content: unknown): [status: number, last: string | undefined] => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-sequences-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'case.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  const lines: string[] = [];
  return [main([file], (line) => lines.push(line)), lines.at(-1)];
};

test.each<[what: string, content: unknown, status: number, last?: string]>([
  ['every look is right', [sequence], 0, '1 right, 0 wrong'],
  ['under a key', { sequences: [sequence] }, 0, '1 right, 0 wrong'],
  ['a verdict is wrong', [sequence, otherwise({ verdict: ['failing'] })], 1, '1 right, 1 wrong'],
  ['a reason is wrong', [otherwise({ reason: '^RolledOut$' })], 1, '0 right, 1 wrong'],
  ['a message has a forbidden text', [otherwise({ not_in_message: 'completions' })], 1, '0 right, 1 wrong'],
  ['a message lacks a required text', [otherwise({ message: 'by hand' })], 1, '0 right, 1 wrong'],
  ['a warning is missing', [otherwise({ warning: 'slow' })], 1, '0 right, 1 wrong'],
  [
    'nobody looks after the end',
    [{ ...sequence, looks: [...sequence.looks, { ...first, at: 20 }] }],
    0,
    '1 right, 0 wrong',
  ],
  ['no JSON', '[', 2],
  ['no sequences', [], 2],
])('%s', (_, content, status, last) => {
  const outcome = run(content);
  expect(outcome[0], outcome[1]).toBe(status);
  if (last !== undefined) expect(outcome[1]).toBe(last);
});

test('passes on settings, events, the time of the attempt and moments', () => {
  const pod = (finishedAt: string) => ({
    ...{
      kind: 'Pod',
      metadata: { ...metadata, creationTimestamp: '@-5' },
      spec: { containers: [{ name: 'm', image: 'reg/nightly:2' }] },
    },
    status: { phase: 'Failed', message: `ended ${finishedAt}` },
  });
  const told = {
    ...sequence,
    workload: { ...sequence.workload, kind: 'pod' },
    ...{ settings: { crash_tolerance: 3 }, since: '@-1' },
    looks: [
      {
        at: 0,
        view: { workload: pod('@+12'), pods: [], events: [] },
        right: { verdict: ['failing'], message: 'ended @' },
      },
      { at: 1, view: {}, right: { verdict: ['waiting'] } },
    ],
  };
  expect(run([told])).toEqual([0, '1 right, 0 wrong']);
});
