import { describe, expect, test } from 'vitest';
import type { ItemRow, Outcome, Release, Run } from '../../../lib/domain/record/rows.ts';
import { type Ended, type Intent, nowAtEnd, nowAtIntent, nowReturned } from '../../../lib/domain/targets/next-now.ts';
import type { Standing, TargetRow } from '../../../lib/domain/targets/target-row.ts';

const target = 'uat/eu-1/risk/cva';
const planned = { target, infrastructure_id: 'eu', docker_image_version: '2.0.0' };
const place = { batch_id: 'NEW', index: 1 };
const ada = { by: 'ada@example.com', by_name: 'Ada' };
const intent: Intent = { place, deployment: planned, version: '2.0.0', at: 100 };

const earlier: Standing = {
  batch_id: 'OLD',
  index: 7,
  state: 'verified',
  version: '1.0.0',
  image: 'reg/cva:1.0.0',
  infrastructure_id: 'eu',
  since: 50,
};
const changing: TargetRow = {
  target,
  ...place,
  state: 'changing',
  version: '2.0.0',
  infrastructure_id: 'eu',
  since: 100,
  before: earlier,
};
const { before: _, ...first } = changing;

describe('with an intent the target is changing', () => {
  test.each<[what: string, now: TargetRow | undefined, more: Partial<Intent>, next: TargetRow]>([
    ['if nobody has changed it before', undefined, {}, first],
    ['and has a record of what ran there before', { target, ...earlier }, {}, changing],
    ['since its first attempt, for any later one', changing, { at: 300 }, changing],
    [
      'even while the earlier release is restored',
      changing,
      { at: 300, version: '1.0.0' },
      { ...changing, version: '1.0.0' },
    ],
    [
      'and the state is unknown if the one before never reported its end',
      { ...changing, batch_id: 'LOST', since: 70 },
      {},
      { ...changing, before: { batch_id: 'LOST', index: 1, state: 'unknown', infrastructure_id: 'eu', since: 70 } },
    ],
    [
      'and names the owner of that batch; earlier observations are of what ran before',
      { target, ...earlier, ...ada, digest: 'sha256:1', health: { healthy: true, reason: 'Available', at: 49 } },
      { who: { by: 'ci' } },
      {
        ...{ ...changing, by: 'ci' },
        before: { ...earlier, ...ada, digest: 'sha256:1', health: { healthy: true, reason: 'Available', at: 49 } },
      },
    ],
  ])('%s', (_, now, more, next) => {
    expect(nowAtIntent(now, { ...intent, ...more })).toEqual(next);
  });
});

const runOf = (attempt: Run['attempt']): Run => ({ executor: 'harness:a', key: `k-${attempt}`, attempt });
const ran: Pick<ItemRow, 'runs' | 'touched'> = { runs: [runOf(1)] };
const touched = { ...ran, touched: true } as const;
const wentBack = { ...touched, failure: { reason: 'BatchCancelled', message: '', taken_back: true } } as const;
const restoring = { runs: [runOf(1), runOf('restore')], touched: true } as const;
const previous = { version: '1.0.0', image: 'reg/cva:1.0.0', digest: 'sha256:1' } as Release;
const bad = { healthy: false, reason: 'CrashLoop', at: 180 };
const good = { healthy: true, reason: 'Available', at: 190 };

interface Case {
  readonly item: Partial<ItemRow>;
  readonly outcome: Pick<Outcome, 'status' | 'reason'> & Partial<Outcome>;
  readonly now?: TargetRow;
}

const endOf = ({ item, outcome }: Case): Ended => ({
  planned,
  who: ada,
  item: { ...place, runs: [], started_at: 90, ...item },
  outcome: { message: '', evidence: [], warnings: [], attempts: 1, runs: [], ended_at: 200, ...outcome },
  capture: { previous },
});

/** What runs there after it, from this deployment, since its end. */
const stands = (state: Standing['state'], known: Partial<Standing> = {}): TargetRow => ({
  target,
  ...place,
  state,
  infrastructure_id: 'eu',
  ...ada,
  since: 200,
  ...known,
});
const asBefore: TargetRow = { target, ...earlier };

describe('with an outcome NOW names what runs, and whose deployment it was', () => {
  test.each<[what: string, Case, next: TargetRow]>([
    [
      'verified',
      {
        item: { ...ran, image: 'reg/cva:2.0.0', health: good },
        outcome: { status: 'SUCCESS', reason: 'Verified', release_after: '2.0.0', digest: 'sha256:2' },
      },
      stands('verified', { version: '2.0.0', image: 'reg/cva:2.0.0', digest: 'sha256:2', health: good }),
    ],
    [
      'verified by a second attempt',
      {
        item: { ...touched, runs: [runOf(1), runOf(2)] },
        outcome: { status: 'SUCCESS', reason: 'Verified', release_after: '2.0.0' },
      },
      stands('verified', { version: '2.0.0' }),
    ],
    [
      'failed, and the earlier release was restored',
      {
        item: { ...restoring, health: good },
        outcome: { status: 'FAILED', reason: 'RestoredPreviousRelease', release_after: '1.0.0' },
      },
      stands('restored', { version: '1.0.0', image: 'reg/cva:1.0.0', digest: 'sha256:1', health: good }),
    ],
    [
      'failed, and so did the restore',
      { item: restoring, outcome: { status: 'FAILED', reason: 'RestoreFailed' } },
      stands('failed'),
    ],
    [
      'failed with nothing to restore',
      { item: { ...touched, health: bad }, outcome: { status: 'FAILED', reason: 'NoPreviousVersion' } },
      stands('failed', { version: '2.0.0', health: bad }),
    ],
    [
      "replaced by somebody else's image",
      { item: touched, outcome: { status: 'FAILED', reason: 'Superseded', release_after: '9' } },
      stands('failed', { version: '9' }),
    ],
    [
      'cancelled after it had changed something',
      { item: touched, outcome: { status: 'CANCELLED', reason: 'BatchCancelled' } },
      stands('failed', { version: '2.0.0' }),
    ],
    [
      'cancelled in its steps, and rolled back',
      { item: wentBack, outcome: { status: 'CANCELLED', reason: 'BatchCancelled', release_after: '1.0.0' } },
      stands('restored', { version: '1.0.0', image: 'reg/cva:1.0.0', digest: 'sha256:1' }),
    ],
    [
      'cancelled in its steps, with an unknown earlier release',
      { item: wentBack, outcome: { status: 'CANCELLED', reason: 'BatchCancelled' } },
      stands('failed'),
    ],
    ['UNKNOWN', { item: ran, outcome: { status: 'UNKNOWN', reason: 'StartUnknown' } }, stands('unknown')],
    [
      'UNKNOWN after its restore',
      { item: restoring, outcome: { status: 'UNKNOWN', reason: 'RestoreUnknown' } },
      stands('unknown'),
    ],
    [
      'resolved as a success',
      {
        item: ran,
        now: stands('unknown'),
        outcome: { status: 'SUCCESS', reason: 'ResolvedByOperator', resolved_by: 'ada', release_after: '2.0.0' },
      },
      stands('verified', { version: '2.0.0' }),
    ],
    [
      'resolved as failed',
      {
        item: { ...ran, health: bad },
        now: stands('unknown'),
        outcome: { status: 'FAILED', reason: 'ResolvedByOperator', resolved_by: 'ada' },
      },
      stands('failed'),
    ],
    [
      'refused by the executor',
      { item: ran, outcome: { status: 'FAILED', reason: 'StartRejected', release_after: '1.0.0' } },
      asBefore,
    ],
    [
      'cancelled before it had changed anything',
      { item: ran, outcome: { status: 'CANCELLED', reason: 'BatchCancelled' } },
      asBefore,
    ],
  ])('%s', (_, one, next) => {
    expect(nowAtEnd(one.now ?? changing, endOf(one))).toEqual({ row: next });
  });

  test('when resolved: since its resolution, and not since its end', () => {
    const one: Case = { item: ran, outcome: { status: 'SUCCESS', reason: 'ResolvedByOperator', resolved_by: 'ada' } };
    expect(nowAtEnd(stands('unknown'), { ...endOf(one), at: 900 })?.row?.since).toBe(900);
  });

  test('if nobody had changed it, and nothing was changed, there is no row', () => {
    expect(nowAtEnd(first, endOf({ item: ran, outcome: { status: 'FAILED', reason: 'StartRejected' } }))).toEqual({
      row: undefined,
    });
  });
});

describe('a row of another deployment', () => {
  const changed: Case = { item: touched, outcome: { status: 'FAILED', reason: 'CrashLoop' } };
  const unchanged: Case = { item: ran, outcome: { status: 'FAILED', reason: 'StartRejected' } };

  test.each<[what: string, Case, now: TargetRow | undefined, next: object | undefined]>([
    ['is replaced if it is older', changed, { target, ...earlier }, { row: stands('failed', { version: '2.0.0' }) }],
    ['may not have been written yet', changed, undefined, { row: stands('failed', { version: '2.0.0' }) }],
    ['stays if it is newer than its turn', changed, { target, ...earlier, since: 91 }, undefined],
    ['stays if nothing was changed', unchanged, { target, ...earlier }, undefined],
    ['is not created if nothing was changed', unchanged, undefined, undefined],
  ])('%s', (_, one, now, next) => {
    expect(nowAtEnd(now, endOf(one))).toEqual(next);
  });
});

test.each<[what: string, now: TargetRow | undefined, next: object | undefined]>([
  ['restores the earlier row', changing, { row: asBefore }],
  ['leaves nothing if there was nothing', first, { row: undefined }],
  ['leaves alone the row of another deployment', { ...changing, index: 2 }, undefined],
  ['leaves alone one that has ended', stands('verified'), undefined],
  ['leaves alone one that was never written', undefined, undefined],
])('a turn that is given back %s', (_, now, next) => {
  expect(nowReturned(now, place)).toEqual(next);
});
