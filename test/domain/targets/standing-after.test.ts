import { expect, test } from 'vitest';
import { type End, standingAfter } from '../../../lib/domain/targets/standing-after.ts';
import type { Standing } from '../../../lib/domain/targets/target-row.ts';

const place = { batch_id: 'B', index: 3 };
const asked = '2.0.0';

test.each<
  [what: string, end: Omit<End, 'place' | 'version' | 'at'>, stands: Pick<Standing, 'state' | 'version' | 'image'>]
>([
  [
    'verified',
    { status: 'SUCCESS', reason: 'Verified', release_after: asked, image: 'reg/app:2.0.0' },
    { state: 'verified', version: asked, image: 'reg/app:2.0.0' },
  ],
  ['resolved as a success', { status: 'SUCCESS', reason: 'ResolvedByOperator' }, { state: 'verified', version: asked }],
  [
    'restored',
    { status: 'FAILED', reason: 'RestoredPreviousRelease', release_after: '1.0.0', image: 'reg/app:1.0.0' },
    { state: 'restored', version: '1.0.0', image: 'reg/app:1.0.0' },
  ],
  [
    'failed, and nothing to restore',
    { status: 'FAILED', reason: 'NoPreviousVersion' },
    { state: 'failed', version: asked },
  ],
  ['failed, and not to be restored', { status: 'FAILED', reason: 'CrashLoop' }, { state: 'failed', version: asked }],
  ['restored, which failed', { status: 'FAILED', reason: 'RestoreFailed' }, { state: 'failed' }],
  ['left to somebody else', { status: 'FAILED', reason: 'Superseded' }, { state: 'failed' }],
  [
    'left to somebody else, with a known version',
    { status: 'FAILED', reason: 'Superseded', release_after: '9' },
    { state: 'failed', version: '9' },
  ],
  ['resolved as failed', { status: 'FAILED', reason: 'ResolvedByOperator' }, { state: 'failed' }],
  ['stopped on the way', { status: 'CANCELLED', reason: 'BatchCancelled' }, { state: 'failed', version: asked }],
  [
    'stopped in its steps, and rolled back',
    { status: 'CANCELLED', reason: 'BatchCancelled', release_after: '1.0.0', image: 'reg/app:1.0.0' },
    { state: 'restored', version: '1.0.0', image: 'reg/app:1.0.0' },
  ],
  [
    'a scale that failed',
    { status: 'FAILED', reason: 'Timeout', action: 'scale', release_after: '1.0.0' },
    { state: 'failed', version: '1.0.0' },
  ],
  ['unknown', { status: 'UNKNOWN', reason: 'StartUnknown', image: 'reg/app:2.0.0' }, { state: 'unknown' }],
])('after one that was %s runs what was seen, else what was requested', (_, end, stands) => {
  expect(standingAfter({ ...end, place, version: asked, infrastructure_id: 'eu', at: 17 })).toEqual({
    ...place,
    ...stands,
    infrastructure_id: 'eu',
    since: 17,
  });
});
