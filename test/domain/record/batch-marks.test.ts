import { expect, test } from 'vitest';
import { type Mark, marksAtSubmit, marksOfPlan, markWrite } from '../../../lib/domain/record/batch-marks.ts';

const tags = ['b', 'a', 'b'];

test.each<[what: string, given: Parameters<typeof marksAtSubmit>, marks: readonly Mark[]]>([
  [
    'a file: each environment and tag once, in order',
    [{ submitted_by: 'ci', metadata: { tags } }, ['uat', 'sit', 'uat']],
    [
      ['actor', 'ci'],
      ['origin', 'file'],
      ['environment', 'sit'],
      ['environment', 'uat'],
      ['tag', 'a'],
      ['tag', 'b'],
    ],
  ],
  [
    'a retry by a person with a name: under the subject and the name',
    [{ submitted_by: 'u-1', submitted_by_name: 'Ada', origin: { kind: 'retry', of: 'B' } }, ['uat']],
    [
      ['actor', 'Ada'],
      ['actor', 'u-1'],
      ['origin', 'retry'],
      ['environment', 'uat'],
    ],
  ],
  [
    'a name equal to the subject: once',
    [{ submitted_by: 'ada', submitted_by_name: 'ada' }, []],
    [
      ['actor', 'ada'],
      ['origin', 'file'],
    ],
  ],
])('a batch is found from its submission by %s', (_, given, marks) => {
  expect(marksAtSubmit(...given)).toEqual(marks);
});

test('and from its plan by each pillar and each service, once', () => {
  const members = [
    { pillar: 'risk', service_name: 'cva' },
    { pillar: 'data', service_name: 'cva' },
    { pillar: 'risk', service_name: 'cva' },
  ];
  expect(marksOfPlan(members)).toEqual([
    ['pillar', 'data'],
    ['pillar', 'risk'],
    ['service', 'data/cva'],
    ['service', 'risk/cva'],
  ]);
});

test('by a row of the month in which it was created', () => {
  const header = { batch_id: 'B', created_at: Date.UTC(2026, 10, 30) };
  expect(markWrite(header, ['tag', 'a'])).toEqual({
    put: { pk: 'BY#tag#a#2026-11', sk: `00${header.created_at}#B`, ...header },
  });
});
