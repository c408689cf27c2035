import { expect, test } from 'vitest';
import type { ChangeRow } from '../../../lib/domain/record/index-rows.ts';
import type { ItemRow, Outcome, Run } from '../../../lib/domain/record/rows.ts';
import { changeAtEnd } from '../../../lib/domain/targets/change-at-end.ts';
import type { Ended } from '../../../lib/domain/targets/next-now.ts';

const planned = { target: 'uat/eu-1/risk/cva', infrastructure_id: 'eu', docker_image_version: '2.0.0' };
const place = { batch_id: 'NEW', index: 1 };
const run: Run = { executor: 'harness:a', key: 'k-1', attempt: 1 };
const touched = { runs: [run], touched: true } as const;

const endOf = (
  item: Partial<ItemRow>,
  outcome: Pick<Outcome, 'status' | 'reason'> & Partial<Outcome>,
  at?: number,
): Ended => ({
  planned,
  item: { ...place, runs: [], ...item },
  outcome: { message: '', evidence: [], warnings: [], attempts: 1, runs: [], ended_at: 200, ...outcome },
  who: { by: 'ada@example.com', by_name: 'Ada' },
  ...(at === undefined ? {} : { at }),
});

const change = {
  ...{ target: planned.target, ...place, version: '2.0.0' },
  ...{ by: 'ada@example.com', by_name: 'Ada', at: 200 },
};

test.each<[what: string, Ended, change: ChangeRow | undefined]>([
  [
    'a success',
    endOf(
      { runs: [run] },
      { status: 'SUCCESS', reason: 'Verified', release_before: '1.0.0', release_after: '2.0.0', digest: 'sha256:2' },
    ),
    { ...change, status: 'SUCCESS', reason: 'Verified', before: '1.0.0', after: '2.0.0', digest: 'sha256:2' },
  ],
  [
    'a failure that stays: the requested version runs',
    endOf(touched, { status: 'FAILED', reason: 'CrashLoop', release_before: '1.0.0' }),
    { ...change, status: 'FAILED', reason: 'CrashLoop', before: '1.0.0', after: '2.0.0' },
  ],
  [
    'a restore',
    endOf(touched, {
      ...{ status: 'FAILED', reason: 'RestoredPreviousRelease' },
      ...{ release_before: '1.0.0', release_after: '1.0.0' },
    }),
    { ...change, status: 'FAILED', reason: 'RestoredPreviousRelease', before: '1.0.0', after: '1.0.0' },
  ],
  [
    'an unknown end',
    endOf({ runs: [run] }, { status: 'UNKNOWN', reason: 'StartUnknown', release_before: '1.0.0' }),
    { ...change, status: 'UNKNOWN', reason: 'StartUnknown', before: '1.0.0' },
  ],
  [
    'its resolution, at that time',
    endOf({ runs: [run] }, { status: 'FAILED', reason: 'ResolvedByOperator', resolved_by: 'bob' }, 900),
    { ...change, status: 'FAILED', reason: 'ResolvedByOperator', resolved_by: 'bob', at: 900 },
  ],
  ['no refused start', endOf({ runs: [run] }, { status: 'FAILED', reason: 'StartRejected' }), undefined],
  ['nothing that never started', endOf({}, { status: 'SKIPPED', reason: 'DependencyFailed' }), undefined],
])('the changes of an environment list %s', (_, ended, wanted) => {
  expect(changeAtEnd(ended)).toEqual(wanted);
});
