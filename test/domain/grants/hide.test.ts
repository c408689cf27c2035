import { expect, it } from 'vitest';
import { type Hidden, hideIn } from '../../../lib/domain/grants/hide.ts';
import { describeWaiting, type Waiting } from '../../../lib/domain/schedule/waiting.ts';

const other = '01M7Z82VGHV3GT6X1EMB454VBS';
const hidden: Hidden = {
  isKey: (key) => ['clearing/netting', 'clearing/cva@eu-1.a'].includes(key),
  isHolder: (batchId, key) => batchId === other && key !== 'risk/limit-check',
};

it.each([
  [
    'Not started: it depends on clearing/netting, which failed.',
    'Not started: it depends on another deployment, which failed.',
  ],
  ['clearing/netting-engine runs', 'clearing/netting-engine runs'],
  ['of staging/eu-1/clearing/netting.', 'of another deployment.'],
  ['the image registry.example.com/risk/limit-check:2.4.0', 'the image registry.example.com/risk/limit-check:2.4.0'],
  [`what clearing/netting of batch ${other} did`, 'what another deployment did'],
  [`what batch ${other} in production did`, 'what another deployment did'],
  [`what risk/limit-check of batch ${other} did`, `what risk/limit-check of batch ${other} did`],
  ['batch small', 'batch small'],
  ['It waits for clearing/cva@eu-1.a.', 'It waits for another deployment.'],
  ['It waits for clearing/cva@us-1.', 'It waits for clearing/cva@us-1.'],
  [`what clearing/cva@us-1 of batch ${other} did`, 'what another deployment did'],
])('%s', (text, shown) => {
  expect(hideIn({ deep: [text] }, hidden)).toEqual({ deep: [shown] });
});

it('hides the owner of a lock in the reasons for waiting, and in their sentence', () => {
  const lock = { kind: 'lock', name: 'the object', locks: ['l'], status: 'UNKNOWN' } as const;
  const named = { ...lock, batch_id: other, key: 'clearing/x', environment_id: 'production' };
  const waiting: readonly Waiting[] = [named, { ...named, key: 'risk/limit-check' }];
  expect(hideIn(waiting, hidden)).toEqual([lock, { ...named, key: 'risk/limit-check' }]);
  const sentence = hideIn(describeWaiting([named]), hidden);
  expect(sentence).toBe(
    'Waits for another deployment, which left the object UNKNOWN: resolve that, or this is skipped.',
  );
  expect(describeWaiting([lock])).toBe(sentence);
});
