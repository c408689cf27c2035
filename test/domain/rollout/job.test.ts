import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { expected, judge, lines, metadata, nothing, podOf, template } from './kinds.ts';
import { judgeAll, shortOf } from './looks.ts';
import { deployment, now, secondsAgo, toldOf, unready, waitingFor } from './objects.ts';

describe('a Job', () => {
  const view = (
    status: JsonObject,
    { spec = {}, pods = [], uid = 'u1' }: { spec?: JsonObject; pods?: readonly JsonObject[]; uid?: string } = {},
  ): WorkloadView => ({
    workload: { metadata: { ...metadata, uid }, spec: { template, ...spec }, status },
    revisions: [],
    pods,
  });
  const condition = (type: string, more: JsonObject = {}) => ({
    conditions: [{ type, status: 'True', reason: 'BackoffLimitExceeded', message: 'it is over', ...more }],
  });
  const ended = (exitCode: number, reason?: string): JsonObject => ({
    terminated: { exitCode, ...(reason && { reason }), finishedAt: secondsAgo(1) },
  });
  const crashed = unready({ restartCount: 3, state: ended(2, 'Error') });
  const over = 'the job failed for good: BackoffLimitExceeded, it is over (7 failed, 2 succeeded)';
  const complete = view({ succeeded: 1, ...condition('Complete') });

  it('that failed before the deployment makes it fail if no other appears within two minutes', () => {
    const [running, failed] = [view({}), view({ ...condition('Failed'), failed: 7, succeeded: 2 })];
    const looks = [0, 119, 120].map((at) => [at, failed] as const);
    expect(shortOf('job', looks, { before: failed })).toEqual([
      ...['0 waiting JobFailed', '119 waiting JobFailed', '120 failing JobFailed'],
    ]);
    expect(judgeAll('job', looks, { before: failed }).at(-1)?.message).toBe(
      `${over}; that was before this deployment, which has not created another one yet`,
    );
    expect(shortOf('job', looks, { before: running })).toEqual(['0 failing JobFailed']);
    const next = view({ ...condition('Failed') }, { uid: 'u2' });
    expect(shortOf('job', [[0, next]], { before: failed })).toEqual(['0 failing JobFailed']);
  });

  it.each<[what: string, WorkloadView, told: string]>([
    ['new', view({}), 'waiting, JobRunning: 0 of 1 completions with reg/app:2'],
    [
      'half done',
      view({ succeeded: 3 }, { spec: { completions: 6 } }),
      'waiting, JobRunning: 3 of 6 completions with reg/app:2',
    ],
    ['complete', complete, 'healthy, JobComplete: 1 of 1 completions with reg/app:2'],
    [
      'not complete',
      view(condition('Complete', { status: 'False' })),
      'waiting, JobRunning: 0 of 1 completions with reg/app:2',
    ],
    ...['Failed', 'FailureTarget'].map((type): [string, WorkloadView, string] => [
      `over with ${type}`,
      view({ failed: 7, succeeded: 2, ...condition(type) }),
      lines(`failing, JobFailed: ${over}`, `- condition Failed, BackoffLimitExceeded: ${over}`),
    ]),
    [
      'over without a reason',
      view(condition('Failed', { reason: 7, message: 7 })),
      lines(
        'failing, JobFailed: the job failed for good: Failed (0 failed, 0 succeeded)',
        '- condition Failed, Failed: the job failed for good: Failed (0 failed, 0 succeeded)',
      ),
    ],
    [
      'not failed',
      view(condition('Failed', { status: 'False' })),
      'waiting, JobRunning: 0 of 1 completions with reg/app:2',
    ],
    [
      'crashing within its limit',
      view({ failed: 1 }, { pods: [podOf(crashed)] }),
      lines(
        'waiting, JobRunning: 0 of 1 completions with reg/app:2',
        '- pod app-0/app, Error: the container is terminated and not ready, exit code 2',
      ),
    ],
    [
      'unable to start',
      view({}, { pods: [podOf(unready(waitingFor('InvalidImageName')))] }),
      lines(
        'failing, InvalidImageName: pod app-0, container app: InvalidImageName: about InvalidImageName',
        '- pod app-0/app, InvalidImageName: about InvalidImageName',
      ),
    ],
  ])('that is %s', (_, seen, told) => {
    expect(toldOf(judge('job', seen))).toBe(told);
  });

  it('that failed shows the containers that failed, whose logs help', () => {
    const container = (name: string, state: JsonObject, lastState: JsonObject = {}) => ({ name, state, lastState });
    const status = {
      initContainerStatuses: [container('init', ended(1))],
      containerStatuses: [
        container('app', ended(2, 'Error')),
        container('hog', ended(137, 'OOMKilled')),
        container('well', ended(0)),
        container('again', ended(0), ended(3, 'Error')),
        { state: ended(4) },
        container('sixth', ended(5)),
      ],
    };
    const judged = judge('job', view({ failed: 7, succeeded: 2, ...condition('Failed') }, { pods: [podOf(status)] }));
    expect(toldOf(judged).split('\n').slice(2)).toEqual([
      '- pod app-0/init, ContainerFailed: exit code 1, Error',
      '- pod app-0/app, ContainerFailed: exit code 2, Error',
      '- pod app-0/hog, OOMKilled: exit code 137, OOMKilled',
      '- pod app-0/again, ContainerFailed: exit code 3, Error',
      '- pod app-0, ContainerFailed: exit code 4, Error',
    ]);
  });

  it('that already existed and was complete is unchanged; another uid is new', () => {
    expect(toldOf(judge('job', complete, complete))).toBe(
      'healthy, AlreadyRunning: nothing changed: 1 of 1 completions with reg/app:2, as before the deployment',
    );
    expect(judge('job', complete, view({}, { uid: 'u0' })).reason).toBe('JobComplete');
  });
});

describe('a CronJob', () => {
  const at = (minute: number): string => `2026-05-01T11:0${minute}:00Z`;
  const view = (spec: JsonObject = {}, status: JsonObject = {}): WorkloadView => ({
    ...nothing,
    workload: { metadata, spec: { jobTemplate: { spec: { template } }, ...spec }, status },
  });
  const ran = view({}, { lastScheduleTime: '2026-05-01T11:00:00Z', active: [{ name: 'a' }, { name: 'b' }] });

  it.each<[what: string, WorkloadView, before: WorkloadView, told: string]>([
    ['new', view(), nothing, 'healthy, CronJobUpdated: the cronjob has reg/app:2, last run never, 0 running now'],
    [
      'at work',
      ran,
      nothing,
      'healthy, CronJobUpdated: the cronjob has reg/app:2, last run 2026-05-01T11:00:00Z, 2 running now',
    ],
    [
      'as before',
      view(),
      view(),
      'healthy, AlreadyRunning: nothing changed: the cronjob has reg/app:2, last run never, 0 running now',
    ],
    ...[nothing, view({ suspend: true })].map((before, at): [string, WorkloadView, WorkloadView, string] => [
      at === 0 ? 'suspended' : 'suspended as before',
      view({ suspend: true }),
      before,
      lines(
        at === 0
          ? 'healthy, CronJobUpdated: the cronjob has reg/app:2, last run never, 0 running now'
          : 'healthy, AlreadyRunning: nothing changed: the cronjob has reg/app:2, last run never, 0 running now',
        '! the cronjob is suspended: it will not run',
      ),
    ]),
  ])('that is %s', (_, seen, before, told) => {
    expect(toldOf(judge('cronjob', seen, before))).toBe(told);
  });

  it('that is missing is awaited', () => {
    expect(judge('cronjob', nothing).verdict).toBe('waiting');
  });

  it.each<[what: string, seen: JsonObject, before: WorkloadView, told: string]>([
    [
      'whose first run failed',
      { lastScheduleTime: at(5), lastSuccessfulTime: at(1) },
      nothing,
      'waiting LastRunFailed',
    ],
    [
      'whose first run is in progress',
      { lastScheduleTime: at(5), lastSuccessfulTime: at(1), active: [{}] },
      nothing,
      'healthy CronJobUpdated',
    ],
    [
      'whose last run succeeded',
      { lastScheduleTime: at(5), lastSuccessfulTime: at(6) },
      nothing,
      'healthy CronJobUpdated',
    ],
    ['that has never succeeded', { lastScheduleTime: at(5) }, nothing, 'healthy CronJobUpdated'],
  ])('%s', (_, status, before, told) => {
    const { verdict, reason } = judge('cronjob', view({}, status), before);
    expect(`${verdict} ${reason}`).toBe(told);
  });

  it('counts a failed run only after the attempt began', () => {
    const seen = view({}, { lastScheduleTime: at(5), lastSuccessfulTime: at(1) });
    const workload = { ...deployment, kind: 'cronjob' as const };
    const look = { workload, expected, baseline: captureBaseline(workload, seen), view: seen, now };
    expect(judgeRollout({ ...look, since: Date.parse(at(5)) }).verdict).toBe('waiting');
    const later = judgeRollout({ ...look, since: Date.parse(at(5)) + 1 });
    expect([later.verdict, later.warnings]).toEqual([
      'healthy',
      [`its last run, of ${at(5)}, did not succeed; that was before the deployment`],
    ]);
    expect(judgeRollout(look).verdict).toBe('healthy');
  });

  it('that is new and has no status yet is awaited', () => {
    const workload = { metadata, spec: { jobTemplate: { spec: { template } } } };
    expect(judge('cronjob', { ...nothing, workload })).toMatchObject({ verdict: 'waiting', reason: 'StatusAwaited' });
  });
});
