import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import type { Progress } from '../../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { expected, judge, lines, metadata, template } from './kinds.ts';
import { deployment, now, toldOf } from './objects.ts';

const condition = (type: string, status: string, reason = 'Because', more: JsonObject = {}): JsonObject => ({
  ...{ type, status, reason, message: `told ${type}` },
  ...more,
});
const view = (kind: string, status: JsonObject, spec: JsonObject = {}) => ({
  workload: { kind, metadata, spec, status },
  revisions: [],
  pods: [],
});

describe('a Knative Service', () => {
  const names = { observedGeneration: 3, latestCreatedRevisionName: 'app-2', latestReadyRevisionName: 'app-2' };
  const ready = ['ConfigurationsReady', 'Ready', 'RoutesReady'].map((type) => condition(type, 'True'));
  const service = (status: JsonObject) => view('Service', status, { template });

  it.each<[what: string, status: JsonObject, told: string]>([
    ['is ready', { ...names, conditions: ready }, 'healthy, RolledOut: 1 of 1 replicas are ready with reg/app:2'],
    [
      'has not seen the newest spec',
      { ...names, observedGeneration: 2, conditions: ready },
      'waiting, GenerationNotObserved: the controller has seen generation 2; generation 3 is the current one',
    ],
    [
      'has a newer revision than the ready one',
      { ...names, latestReadyRevisionName: 'app-1', conditions: ready },
      'waiting, RevisionNotReady: revision app-1 is ready, not yet app-2',
    ],
    [
      'is in progress',
      { ...names, conditions: [condition('Ready', 'Unknown', 'Deploying')] },
      'waiting, ConditionNotTrue: the condition Ready is Unknown: Deploying, told Ready',
    ],
    [
      'has given up',
      { ...names, conditions: [condition('Ready', 'False', 'RevisionMissing')] },
      lines(
        'waiting, RevisionFailed: the condition Ready is False: RevisionMissing, told Ready',
        '- condition Ready, RevisionMissing: Ready is False: RevisionMissing, told Ready',
      ),
    ],
  ])('that %s', (_, status, told) => expect(toldOf(judge('knative-service', service(status)))).toBe(told));

  it('is ready by its own condition when observed, without reading its pods', () => {
    const watched = { ...service({ ...names, conditions: ready }), watched: true as const };
    expect(judge('knative-service', watched).reason).toBe('RolledOut');
  });

  it('fails when it stays so', () => {
    const look = {
      ...{ workload: { ...deployment, kind: 'knative-service' as const }, expected, baseline: { exists: false }, now },
      view: service({ ...names, conditions: [condition('Ready', 'False')] }),
    };
    const first = judgeRollout(look);
    expect(judgeRollout({ ...look, previous: first.progress, now: now + 9_000 }).verdict).toBe('waiting');
    const last = judgeRollout({ ...look, previous: first.progress, now: now + 10_000 });
    expect(last).toMatchObject({ verdict: 'failing', reason: 'RevisionFailed' });
  });
});

describe('a Certificate of cert-manager', () => {
  const unversioned =
    '! version 2 was not compared: a certificate object without a pod template names no image; verified: its controller has seen the last apply and reports it as ready';
  const ready = condition('Ready', 'True', 'Ready', { observedGeneration: 3 });
  const failed = condition('Issuing', 'False', 'Failed', { lastTransitionTime: new Date(now).toISOString() });

  it.each<[what: string, status: JsonObject, told: string]>([
    [
      'is issued',
      { conditions: [ready], notAfter: '2030-01-01T00:00:00Z' },
      lines(
        'healthy, CertificateIssued: the certificate is issued, valid until 2030-01-01T00:00:00Z: the condition Ready is True: Ready, told Ready',
        unversioned,
      ),
    ],
    [
      'is ready for an older spec',
      { conditions: [{ ...ready, observedGeneration: 2 }] },
      'waiting, GenerationNotObserved: the controller has seen generation 2; generation 3 is the current one',
    ],
    [
      'is being reissued',
      { conditions: [ready, condition('Issuing', 'True')] },
      'waiting, Reconciling: the controller is at work: Issuing is True: Because, told Issuing',
    ],
    ['has no status', {}, 'waiting, StatusAwaited: its controller has not written a status yet'],
    ['has no condition', { revision: 1 }, 'waiting, StatusAwaited: it has no condition Ready yet'],
    [
      'is not ready',
      { conditions: [condition('Ready', 'False')] },
      'waiting, ConditionNotTrue: the condition Ready is False: Because, told Ready',
    ],
    [
      'could not be issued',
      { conditions: [condition('Ready', 'False'), failed] },
      lines(
        'failing, CertificateNotIssued: the certificate was not issued: Issuing is False: Failed, told Issuing',
        '- condition Issuing, Failed: the certificate was not issued: Issuing is False: Failed, told Issuing',
      ),
    ],
  ])('that %s', (_, status, told) => expect(toldOf(judge('certificate', view('Certificate', status)))).toBe(told));

  it('does not fail for an earlier attempt', () => {
    const look = {
      ...{ workload: { ...deployment, kind: 'certificate' as const }, expected, baseline: { exists: false }, now },
      view: view('Certificate', { conditions: [condition('Ready', 'False'), failed] }),
    };
    const told = [0, 999, 1_000].map((later) => judgeRollout({ ...look, since: now + later }).verdict);
    expect(told).toEqual(['failing', 'failing', 'waiting']);
  });

  it('that existed before is reported as such', () => {
    const before = view('Certificate', { conditions: [ready] });
    const { reason, message } = judge('certificate', before, before);
    expect([reason, message.split(':', 1)]).toEqual(['AlreadyRunning', ['nothing changed']]);
  });
});

describe('a custom object', () => {
  const workload = {
    ...{ kind: 'custom' as const, name: 'app', namespace: 'shared' },
    resource: { api_version: 'example.com/v1', plural: 'widgets' },
  };
  const look = (status: JsonObject, spec: JsonObject = {}) => {
    const seen = view('', status, spec);
    return { workload, expected, baseline: captureBaseline(workload, { revisions: [], pods: [] }), view: seen, now };
  };

  it('with a pod template must have its image', () => {
    const status = { conditions: [condition('Ready', 'True')] };
    expect(judgeRollout(look(status, { template }))).toMatchObject({
      ...{ verdict: 'healthy', reason: 'ConditionsTrue' },
      message: 'the condition Ready is True: Because, told Ready, with reg/app:2',
    });
    const other = { spec: { containers: [{ name: 'app', image: 'reg/app:1' }] } };
    expect(judgeRollout(look(status, { template: other }))).toMatchObject({ verdict: 'failing', reason: 'WrongImage' });
  });

  it('without one is healthy by its conditions, and says what was not compared', () => {
    const { verdict, warnings } = judgeRollout(look({ conditions: [condition('Ready', 'True')] }));
    expect([verdict, warnings?.length]).toEqual(['healthy', 1]);
  });

  describe('that existed before, and was changed', () => {
    const of = (generation: number, status: JsonObject): WorkloadView => {
      const seen = view('', status);
      return { ...seen, workload: { ...seen.workload, metadata: { ...metadata, generation } } };
    };
    const is = (type: string, more: JsonObject = {}) => ({ conditions: [{ ...condition(type, 'True'), ...more }] });
    const verdicts = (before: WorkloadView, ...seen: readonly (readonly [at: number, WorkloadView])[]) => {
      let previous: Progress | undefined;
      return seen.map(([at, one]) => {
        const baseline = captureBaseline(workload, before);
        const asked = { workload, expected, baseline, view: one, now: now + at * 1_000 };
        const { verdict, progress } = judgeRollout(previous === undefined ? asked : { ...asked, previous });
        previous = progress;
        return verdict;
      });
    };
    const nobody: WorkloadView = { revisions: [], pods: [] };

    it.each([
      ['Ready', 'healthy'],
      ['Failed', 'failing'],
    ])('counts with a condition of unknown age, %s, after it stays for a while', (type, verdict) => {
      const looks = [0, 14, 15].map((at) => [at, of(2, is(type))] as const);
      expect(verdicts(of(1, is(type)), ...looks)).toEqual(['waiting', 'waiting', verdict]);
    });

    it('counts at once if the condition names its generation, the object is new or nothing was changed', () => {
      const ready = of(2, is('Ready'));
      expect(verdicts(of(1, is('Ready')), [0, of(2, { ...is('Ready'), observedGeneration: 2 })])).toEqual(['healthy']);
      expect(verdicts(of(1, is('Ready')), [0, of(2, is('Ready', { observedGeneration: 2 }))])).toEqual(['healthy']);
      expect(verdicts(ready, [0, ready])).toEqual(['healthy']);
      expect(verdicts(nobody, [0, ready])).toEqual(['healthy']);
    });

    it('starts to count again when its condition changes', () => {
      const failed = of(2, is('Failed'));
      const before = of(1, is('Ready'));
      expect(verdicts(before, [0, failed], [10, of(2, is('Progressing'))], [16, failed], [30, failed])).toEqual([
        ...['waiting', 'waiting', 'waiting', 'waiting'],
      ]);
    });
  });

  it('without any condition says so', () => {
    expect(judgeRollout(look({ color: 'blue' }))).toMatchObject({ verdict: 'waiting', reason: 'NoRule' });
  });
});
