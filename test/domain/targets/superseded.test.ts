import { describe, expect, test } from 'vitest';
import type { Replay } from '../../../lib/domain/plan/plan.ts';
import { supersededSince } from '../../../lib/domain/targets/superseded.ts';
import type { Standing, TargetRow } from '../../../lib/domain/targets/target-row.ts';

const place = { batch_id: 'ROLLBACK', index: 0 };
const deployment = {
  ...{ key: 'risk/cva', environment_id: 'uat', infrastructure_id: 'eu-1', cluster: 'eu-1' },
  docker_image_version: '1.0.0',
};
const expects = { batch_id: 'BAD', index: 4 };
const row = (more: Partial<TargetRow>): TargetRow => ({
  target: 'uat/eu-1/risk/cva',
  ...expects,
  state: 'verified',
  version: '2.0.0',
  since: 1,
  ...more,
});
const adopted = { state: 'adopted', version: '9', adopted: { by: 'ada' } } as const;
const of = [expects];
const mine: Standing = { ...expects, state: 'failed', since: 1 };

test.each<[kind: Replay['kind'], command: string]>([
  ['rollback', 'flotilla rollback risk/cva --environment uat --cluster eu-1.'],
  ['retry', 'flotilla deploy risk/cva=1.0.0 --environment uat --infrastructure eu-1.'],
])('names a working command for a %s on one of several infrastructures', (kind, command) => {
  const one = { ...deployment, key: 'risk/cva@eu-1' };
  expect(supersededSince(undefined, { place, deployment: one, replay: { kind, of, expects } })?.message).toContain(
    command,
  );
});

describe('an undo or a retry starts only if nobody else has changed the target since', () => {
  test.each<[what: string, now: TargetRow | undefined, expects: Replay['expects'], begins: boolean]>([
    ['the one it saw runs there', row({}), expects, true],
    ["others' changes to it were adopted since", row({ ...adopted, since: 9 }), expects, false],
    ['its plan saw the adoption', row({ ...adopted, since: 9 }), { ...expects, adopted_at: 9 }, true],
    ['another one is adopted', row({ ...adopted, since: 10 }), { ...expects, adopted_at: 9 }, false],
    ['the adopted state was deployed over, and came back', row({ since: 10 }), { ...expects, adopted_at: 9 }, false],
    ['as failed', row({ state: 'failed' }), expects, true],
    ['another batch has', row({ batch_id: 'LATER' }), expects, false],
    ['another deployment of that batch has', row({ index: 5 }), expects, false],
    ['nobody had, and has', undefined, undefined, true],
    ['nobody had, and somebody has', row({}), undefined, false],
    ['nothing is recorded any more', undefined, expects, false],
    ['its own intent was given back', row({ ...place, state: 'changing', before: mine }), expects, true],
    ['its own intent was given back, and nobody had', row({ ...place, state: 'changing' }), undefined, true],
  ])('%s', (_, now, expected, begins) => {
    const replay: Replay = { kind: 'rollback', of, ...(expected && { expects: expected }) };
    const failure = supersededSince(now, { place, deployment, replay });
    expect(failure?.reason).toBe(begins ? undefined : 'Superseded');
    expect(failure?.skipped).toBe(begins ? undefined : true);
  });
});

test.each<[kind: Replay['kind'], now: TargetRow | undefined, message: string]>([
  [
    'rollback',
    row({ batch_id: 'LATER', index: 2, version: '2.1.0' }),
    'Not started: since this was planned, deployment 2 of batch LATER has changed risk/cva in uat (version 2.1.0, verified). ' +
      'It was left as it is. To take that back too, roll that batch back, or this target alone: flotilla rollback risk/cva --environment uat.',
  ],
  [
    'rollback',
    row(adopted),
    'Not started: since this was planned, ada adopted what runs at risk/cva in uat (version 9, adopted). ' +
      'It was left as it is. To take that back too, roll this target back alone: flotilla rollback risk/cva --environment uat.',
  ],
  [
    'retry',
    { target: 't', batch_id: 'LATER', index: 2, state: 'unknown', since: 1 },
    'Not started: since this was planned, deployment 2 of batch LATER has changed risk/cva in uat (unknown). ' +
      'It was left as it is. To deploy this version all the same: flotilla deploy risk/cva=1.0.0 --environment uat.',
  ],
  [
    'retry',
    undefined,
    'Not started: the record no longer shows any change of risk/cva in uat. ' +
      'It was left as it is. To deploy this version all the same: flotilla deploy risk/cva=1.0.0 --environment uat.',
  ],
])('says who changed the target of a %s since, and what to do', (kind, now, message) => {
  expect(supersededSince(now, { place, deployment, replay: { kind, of, expects } })?.message).toBe(message);
});
