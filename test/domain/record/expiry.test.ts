import { expect, test } from 'vitest';
import { type Candidate, keptSince, mayExpire, tombstoneOf } from '../../../lib/domain/record/expiry.ts';
import type { HeaderRow } from '../../../lib/domain/record/rows.ts';

const day = 86_400_000;
const before = 1_000 * day;

const ended: HeaderRow = {
  ...{ batch_id: 'A', name: 'Orders', status: 'SUCCESS', reason: 'AllSucceeded', message: 'Over.' },
  ...{ seq: 4, total: 2, submitted_by: 'ada', submitted_by_name: 'Ada', warnings: ['old'] },
  ...{ metadata: { tags: ['x'] }, plan_hash: 'hash', origin: { kind: 'retry', of: 'O', root: 'O' } },
  ...{ created_at: before - 3 * day, updated_at: before - day, ended_at: before - 1, totals: { SUCCESS: 2 } },
};
const { ended_at: _, totals: __, ...running } = ended;
const { ended_at: ___, ...withoutEnd } = ended;
const rolledBack: HeaderRow = { ...withoutEnd, rolling_back: 'R' };
const expired: HeaderRow = { ...ended, expired_at: before, kept_days: 30 };
const young: HeaderRow = { ...ended, ended_at: before };

test.each<[string, boolean, Partial<Candidate>]>([
  ['one that ended before', true, {}],
  ['one that ended since', false, { header: young }],
  ['one that runs', false, { header: running }],
  ['one that is being rolled back', false, { header: rolledBack }],
  ['one that has expired', false, { header: expired }],
  ['one with an UNKNOWN deployment', false, { header: { ...ended, totals: { SUCCESS: 1, UNKNOWN: 1 } } }],
  ['one whose UNKNOWN deployments were resolved', true, { header: { ...ended, totals: { SUCCESS: 2, UNKNOWN: 0 } } }],
  ['one whose end is not anchored', false, { isAnchored: false }],
  ['a retry of a batch that is kept', false, { root: ended }],
  ['a retry of a batch that has expired', true, { root: expired }],
  ['one that was retried since', false, { lastRetry: young }],
  ['one that is being retried', false, { lastRetry: running }],
  ['one whose retry is being rolled back', false, { lastRetry: rolledBack }],
  ['one whose last retry ended before', true, { lastRetry: ended }],
])('%s: may expire %s', (_name, may, change) => {
  expect(mayExpire({ header: ended, isAnchored: true, ...change }, before)).toBe(may);
});

test('a day has 24 hours', () => expect(keptSince(before, 90)).toBe(910 * day));

test('what is kept of an expired one', () => {
  expect(tombstoneOf(ended, { at: before, days: 30, reach: { shared: ['staging'] } })).toEqual({
    ...{ batch_id: 'A', name: 'Orders', status: 'SUCCESS', reason: 'AllSucceeded', message: 'Over.' },
    ...{ seq: 5, total: 2, submitted_by: 'ada', submitted_by_name: 'Ada', warnings: [] },
    reach: { shared: ['staging'] },
    ...{ created_at: before - 3 * day, updated_at: before - day, ended_at: before - 1, totals: { SUCCESS: 2 } },
    ...{ expired_at: before, kept_days: 30 },
  });
});
