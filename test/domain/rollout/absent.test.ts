import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { metadata, nothing, template } from './kinds.ts';
import { judgeAll, shortOf } from './looks.ts';
import { viewOf } from './objects.ts';

/** A workload that is missing or being deleted: what explains it, and how long we wait. */

const before = viewOf({ image: 'reg/app:1', revision: 1, generation: 1 });
const half = viewOf({ status: { readyReplicas: 1 } });
const leaving = ({ workload, ...rest }: WorkloadView, more: JsonObject = {}): WorkloadView => ({
  ...rest,
  workload: { ...workload, metadata: { ...(workload?.metadata as JsonObject), deletionTimestamp: 'x', ...more } },
});
const anew = (view: WorkloadView): WorkloadView => JSON.parse(JSON.stringify(view).replaceAll('"d1"', '"d9"'));

describe('a Deployment', () => {
  it.each<[what: string, looks: Parameters<typeof shortOf>[1], told: readonly string[]]>([
    [
      'that existed before and has gone may be recreated for two minutes',
      [
        [0, nothing],
        [119, nothing],
        [120, nothing],
      ],
      ['0 waiting WorkloadNotFound', '119 waiting WorkloadNotFound', '120 failing WorkloadNotFound'],
    ],
    [
      'that existed before and is being deleted has the same time',
      [
        [0, leaving(before)],
        [119, leaving(before)],
        [120, leaving(before)],
      ],
      ['0 waiting Terminating', '119 waiting Terminating', '120 failing Terminating'],
    ],
    [
      'that existed before and is being deleted may be followed by a new one',
      [
        [0, leaving(before)],
        [60, nothing],
        [119, anew(half)],
      ],
      ['0 waiting Terminating', '60 waiting WorkloadNotFound', '119 waiting ReplicasNotReady'],
    ],
    [
      'that has gone after its update was deleted by somebody',
      [
        [0, half],
        [1, nothing],
        [10, nothing],
        [11, nothing],
      ],
      [
        '0 waiting ReplicasNotReady',
        '1 waiting WorkloadDeleted',
        '10 waiting WorkloadDeleted',
        '11 failing WorkloadDeleted',
      ],
    ],
    [
      'that is being deleted after its update was deleted by somebody',
      [
        [0, leaving(half)],
        [10, leaving(half)],
      ],
      ['0 waiting WorkloadDeleted', '10 failing WorkloadDeleted'],
    ],
    [
      'that was recreated, and exists again, continues',
      [
        [0, anew(half)],
        [1, leaving(anew(half))],
        [9, viewOf({})],
      ],
      ['0 waiting ReplicasNotReady', '1 waiting WorkloadDeleted', '9 healthy RolledOut'],
    ],
  ])('%s', (_, looks, told) => {
    expect(shortOf('deployment', looks, { before })).toEqual(told);
  });

  it('that already matched the request, and is being deleted, may be recreated', () => {
    const looks = [0, 10].map((at) => [at, leaving(viewOf({}))] as const);
    expect(shortOf('deployment', looks, { before: viewOf({}) })).toEqual([
      '0 waiting Terminating',
      '10 waiting Terminating',
    ]);
  });

  it('that cannot be deleted says what blocks it', () => {
    const stuck = leaving(before, { finalizers: ['example.com/keep', 7] });
    expect(judgeAll('deployment', [[0, stuck]], { before }).at(-1)?.message).toBe(
      'deployment shared/app is being deleted; a new one is awaited; its finalizers keep it: example.com/keep',
    );
  });
});

describe('a Job', () => {
  const job = (status: JsonObject, spec: JsonObject = {}, uid = 'u1'): WorkloadView => ({
    workload: { metadata: { ...metadata, uid }, spec: { template, ...spec }, status },
    revisions: [],
    pods: [],
  });
  const ttl = { ttlSecondsAfterFinished: 5 };
  const is = (type: string) => ({ conditions: [{ type, status: 'True' }] });
  const old: WorkloadView = JSON.parse(JSON.stringify(job(is('Complete'), ttl, 'u0')).replace('app:2', 'app:1'));

  it.each<[what: string, looks: Parameters<typeof shortOf>[1], told: readonly string[], before?: WorkloadView]>([
    [
      'that had all completions is complete when it is gone',
      [
        [0, job({ succeeded: 1 }, ttl)],
        [6, nothing],
      ],
      ['0 waiting JobRunning', '6 healthy JobComplete'],
    ],
    [
      'that its TTL removes, pods first, has ended',
      [[0, leaving(job(is('Complete'), ttl))]],
      ['0 healthy JobComplete'],
    ],
    ['that failed, and is removed, has failed', [[0, leaving(job(is('Failed'), ttl))]], ['0 failing JobFailed']],
    [
      'that has some completions, and is gone, may not have completed',
      [
        [0, job({ succeeded: 1, active: 1 }, { ...ttl, completions: 2 })],
        [6, nothing],
        [16, nothing],
        [200, nothing],
      ],
      ['0 waiting JobRunning', '6 waiting JobGone', '16 waiting JobGone unknown', '200 waiting JobGone unknown'],
    ],
    [
      'whose pods still run is not complete',
      [
        [0, job({ succeeded: 1, active: 1 }, ttl)],
        [6, nothing],
      ],
      ['0 waiting JobRunning', '6 waiting JobGone'],
    ],
    [
      'that is deleted while it runs may not have completed',
      [
        [0, leaving(job({ active: 1 }))],
        [10, leaving(job({ active: 1 }))],
      ],
      ['0 waiting JobGone', '10 waiting JobGone unknown'],
    ],
    [
      'that was recreated meanwhile is the one that counts',
      [
        [0, job({ succeeded: 1 }, ttl)],
        [1, job({ active: 1 }, ttl, 'u2')],
        [2, nothing],
        [12, nothing],
      ],
      ['0 waiting JobRunning', '1 waiting JobRunning', '2 waiting JobGone', '12 waiting JobGone unknown'],
    ],
    [
      'that was never seen may have come and gone, if the earlier one removed itself',
      [
        [0, nothing],
        [119, nothing],
        [120, nothing],
      ],
      ['0 waiting JobGone', '119 waiting JobGone', '120 waiting JobGone unknown'],
      old,
    ],
    [
      'that never existed',
      [
        [0, nothing],
        [120, nothing],
      ],
      ['0 waiting WorkloadNotFound', '120 failing WorkloadNotFound'],
    ],
  ])('%s', (_, looks, told, first = nothing) => {
    const judged = judgeAll('job', looks, { before: first });
    const unknown = judged.map(({ unknown }) => (unknown ? ' unknown' : ''));
    expect(shortOf('job', looks, { before: first }).map((one, at) => `${one}${unknown[at]}`)).toEqual(told);
  });

  it.each([
    [
      ttl,
      'the job app was seen at work and is not there: it is removed 5 s after its end, so it is not known how it ended. Check ' +
        'its log and what it had to do, then resolve; a longer ttlSecondsAfterFinished keeps it visible',
    ],
    [
      {},
      'the job app was seen at work and is not there: somebody has deleted it, so it is not known how it ended. Check its log ' +
        'and what it had to do, then resolve',
    ],
  ])('with %o that has gone says what to do', (spec, message) => {
    expect(
      judgeAll('job', [
        [0, job({ active: 1 }, spec)],
        [1, nothing],
      ]).at(-1)?.message,
    ).toBe(message);
  });
});
