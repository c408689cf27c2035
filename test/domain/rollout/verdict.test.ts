import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../lib/domain/json.ts';
import type { Workload } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import type { Expected, Judgement, Progress } from '../../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { lines } from './kinds.ts';
import { deployment, type Made, now, secondsAgo, toldOf, unready, viewOf, waitingFor } from './objects.ts';

const before = viewOf({ image: 'reg/app:1', revision: 1, generation: 1 });
const version2: Expected = { version: '2', artifactType: 'docker' };

interface Ask {
  readonly workload?: Workload;
  readonly expected?: Expected;
  readonly previous?: Progress;
  readonly at?: number;
  readonly baselineView?: WorkloadView;
}

function judge(view: WorkloadView, ask: Ask = {}): Judgement {
  const { at = now, baselineView = before, expected = version2, previous, workload = deployment } = ask;
  const baseline = captureBaseline(workload, baselineView);
  return judgeRollout({ workload, expected, baseline, view, now: at, ...(previous && { previous }) });
}

const made = (parts: Made) => viewOf(parts);

describe('a deployment, at one look', () => {
  it.each([
    {
      what: 'everything is fine',
      view: made({}),
      told: 'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    },
    {
      what: 'generation not observed',
      view: made({ observed: 1 }),
      told: 'waiting, GenerationNotObserved: the controller has seen generation 1; generation 2 is the current one',
    },
    {
      what: 'absent counters',
      view: made({ status: { updatedReplicas: null } }),
      told: 'waiting, ReplicasNotUpdated: 0 of 2 replicas have the new revision',
    },
    {
      what: 'old replicas left',
      view: made({ status: { replicas: 3 } }),
      told: 'waiting, OldReplicasPending: 1 of 3 replicas are still of an old revision',
    },
    {
      what: 'not ready',
      view: made({ status: { readyReplicas: 1 } }),
      told: 'waiting, ReplicasNotReady: 1 of 2 replicas are ready',
    },
    {
      what: 'ready, not available',
      view: made({ status: { availableReplicas: 1 } }),
      told: 'waiting, ReplicasNotAvailable: 1 of 2 new replicas are available',
    },
    {
      what: 'no object',
      view: { revisions: [], pods: [] },
      told: 'waiting, WorkloadNotFound: deployment shared/app has gone, although the executor has finished; check its name and namespace in the catalogue',
    },
    {
      what: 'old image',
      view: before,
      told: 'waiting, ImageNotUpdated: the image is still reg/app:1; version 2 is awaited',
    },
    {
      what: 'a third image',
      view: made({ image: 'reg/app:3' }),
      told: 'failing, Superseded: the image is reg/app:3: neither reg/app:1, as before, nor version 2, as requested',
    },
    {
      what: 'paused and done',
      view: made({ spec: { paused: true } }),
      told: lines(
        'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
        '! the deployment is paused: the next change will not roll out',
      ),
    },
    {
      what: 'paused and not done',
      view: made({ spec: { paused: true }, status: { updatedReplicas: 1 } }),
      told: 'failing, Paused: the deployment is paused halfway: 1 of 2 replicas have the new revision; resume it, then deploy again',
    },
    {
      what: 'zero replicas requested',
      view: made({ replicas: 0 }),
      told: lines(
        'healthy, RolledOut: 0 of 0 replicas are ready with reg/app:2',
        '! nothing runs: app has 0 of 0 replicas',
      ),
    },
  ])('$what', ({ view, told }) => {
    expect(toldOf(judge(view))).toBe(told);
  });

  it('has both numbers in its message', () => {
    expect(judge(made({ status: { readyReplicas: 1 } })).message).toBe('1 of 2 replicas are ready');
  });

  it('calls a deployment that changed nothing a success, and says so', () => {
    const same = viewOf({});
    expect(judge(same, { baselineView: same })).toMatchObject({ verdict: 'healthy', reason: 'AlreadyRunning' });
  });

  it('does not treat an old restart as a failure when nothing changed', () => {
    const same = made({ podStatus: restarted(9, secondsAgo(86_400)) });
    expect(judge(same, { baselineView: same })).toMatchObject({ verdict: 'healthy', reason: 'AlreadyRunning' });
  });

  it('refuses a first deployment with another image than requested', () => {
    const nothing = { revisions: [], pods: [] };
    expect(judge(made({ image: 'reg/app:1' }), { baselineView: nothing })).toMatchObject({
      verdict: 'failing',
      reason: 'WrongImage',
    });
  });
});

const restarted = (restartCount: number, finishedAt: string) => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [
    {
      name: 'app',
      ready: true,
      restartCount,
      state: { running: {} },
      lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt } },
    },
  ],
});

describe('what one look hands to the next', () => {
  const nothing = { revisions: [], pods: [] };
  const told = (saw_expected: boolean): Progress => ({ first_seen: {}, saw_expected });

  it('is whether the expected image was seen, now or before', () => {
    const template = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(judge(made({})).progress).toEqual({ ...told(true), template, made: { uid: 'd1' } });
    expect(judge(before).progress).toEqual(told(false));
    expect(judge(before, { previous: told(false) }).progress).toEqual(told(false));
    expect(judge(before, { previous: told(true) }).progress).toEqual(told(true));
  });

  it('is since when something is wrong', () => {
    const { progress, ...finding } = judge(nothing, { baselineView: nothing });
    expect(progress).toEqual({ first_seen: { WorkloadNotFound: now }, saw_expected: false });
    expect(toldOf(finding)).toBe(
      'waiting, WorkloadNotFound: there is no deployment shared/app, although the executor has finished; check its name and namespace in the catalogue',
    );
    expect(judge(nothing, { previous: progress, at: now + 5 }).progress).toEqual(progress);
  });

  it('is the images, if none can be compared', () => {
    const { progress, warnings } = judge(made({ status: { readyReplicas: 1 } }), {
      expected: { version: '9', artifactType: 'helm' },
    });
    expect(progress).toEqual({
      first_seen: {},
      saw_expected: false,
      images: { app: 'reg/app:2' },
      made: { uid: 'd1' },
    });
    expect(warnings).toBeUndefined();
  });
});

describe('signals of the new pods', () => {
  const notFound = (reason: string) => waitingFor(reason, 'manifest unknown');
  const ended = { terminated: { exitCode: 1, reason: 'Error', finishedAt: secondsAgo(1) } };
  const killed = { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: secondsAgo(1) } };
  it.each([
    { what: 'ErrImagePull', status: notFound('ErrImagePull'), reason: 'ImagePullBackOff', after: 1_000 },
    { what: 'ImagePullBackOff', status: notFound('ImagePullBackOff'), reason: 'ImagePullBackOff', after: 1_000 },
    {
      what: 'a registry that is down',
      status: waitingFor('ErrImagePull', '503 Service Unavailable'),
      reason: 'RegistryUnavailable',
      after: 90_000,
    },
    { what: 'InvalidImageName', status: waitingFor('InvalidImageName'), reason: 'InvalidImageName', after: 0 },
    {
      what: 'a missing Secret',
      status: waitingFor('CreateContainerConfigError'),
      reason: 'CreateContainerConfigError',
      after: 40_000,
    },
    {
      what: 'a third crash',
      status: { restartCount: 3, state: { running: {} }, lastState: ended },
      reason: 'CrashLoopBackOff',
      after: 0,
    },
    {
      what: 'a crash loop',
      status: { ...waitingFor('CrashLoopBackOff'), restartCount: 2, lastState: ended },
      reason: 'CrashLoopBackOff',
      after: 0,
    },
    {
      what: 'too little memory',
      status: { restartCount: 3, state: { running: {} }, lastState: killed },
      reason: 'OOMKilled',
      after: 0,
    },
  ])('$what is $reason after $after ms, not before', ({ status, reason, after }) => {
    for (const field of ['containerStatuses', 'initContainerStatuses']) {
      const view = made({ status: { readyReplicas: 0, availableReplicas: 0 }, podStatus: unready(status, field) });
      let previous = judge(view).progress;
      if (after > 0) {
        const early = judge(view, { previous, at: now + after - 1 });
        expect(early).toMatchObject({ verdict: 'waiting', reason });
        previous = early.progress;
      }
      const judged = judge(view, { previous, at: now + after });
      expect(judged).toMatchObject({ verdict: 'failing', reason });
      expect(judged.evidence?.[0]).toMatchObject({ kind: 'pod', container: 'app', name: 'app-hash2-0' });
    }
  });

  it('treats the two names of a failed pull as one signal', () => {
    const pull = (reason: string) => made({ status: { readyReplicas: 0 }, podStatus: unready(notFound(reason)) });
    const first = judge(pull('ErrImagePull'));
    expect(judge(pull('ImagePullBackOff'), { previous: first.progress, at: now + 1_000 }).verdict).toBe('failing');
  });

  it('starts again when a signal has gone in between', () => {
    const bad = made({ status: { readyReplicas: 0 }, podStatus: unready(notFound('ErrImagePull')) });
    const healed = made({ status: { readyReplicas: 0 }, podStatus: unready(waitingFor('ContainerCreating')) });
    const first = judge(bad).progress;
    const second = judge(healed, { previous: first, at: now + 500 }).progress;
    expect(judge(bad, { previous: second, at: now + 1_500 }).verdict).toBe('waiting');
  });

  it.each([
    { what: 'of an old revision', parts: { podMetadata: { labels: { 'pod-template-hash': 'other' } } } },
    {
      what: 'that is being deleted',
      parts: { podMetadata: { labels: { 'pod-template-hash': 'hash2' }, deletionTimestamp: 'x' } },
    },
  ])('ignores a pod $what', ({ parts }) => {
    const view = made({ ...parts, podStatus: unready(waitingFor('InvalidImageName')) });
    expect(judge(view).verdict).toBe('healthy');
  });

  it('delays a success when a container has just recovered from a crash', () => {
    expect(judge(made({ podStatus: restarted(1, secondsAgo(3)) }))).toMatchObject({
      verdict: 'waiting',
      reason: 'Settling',
    });
    expect(judge(made({ podStatus: restarted(1, secondsAgo(11)) })).verdict).toBe('healthy');
  });

  it('leaves an unschedulable pod to the autoscaler: a warning after one minute, failing after five', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }];
    const view = made({
      status: { readyReplicas: 1, availableReplicas: 1 },
      podStatus: { phase: 'Pending', conditions },
    });
    const first = judge(view);
    expect(first).toMatchObject({ verdict: 'waiting', reason: 'Unschedulable' });
    expect(first.warnings).toBeUndefined();
    const later = judge(view, { previous: first.progress, at: now + 60_000 });
    expect(later).toMatchObject({ verdict: 'waiting', warnings: [expect.stringContaining('60 s')] });
    expect(judge(view, { previous: later.progress, at: now + 300_000 })).toMatchObject({
      verdict: 'failing',
      reason: 'Unschedulable',
    });
  });

  it('gives a full quota more time while old pods are being deleted', () => {
    const refused = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' }];
    const stuck = made({ replicas: 2, status: { updatedReplicas: 0, conditions: refused } });
    const leaving = { ...stuck, pods: [{ kind: 'Pod', metadata: { name: 'old', deletionTimestamp: 'x' } }] };
    const first = judge(stuck).progress;
    expect(judge(stuck, { previous: first, at: now + 2_000 })).toMatchObject({
      verdict: 'failing',
      reason: 'ReplicaFailure',
    });
    expect(judge(leaving, { previous: first, at: now + 3_000 }).verdict).toBe('waiting');
  });

  it('fails for a workload that does not appear within two minutes', () => {
    const nothing = { revisions: [], pods: [] };
    const first = judge(nothing).progress;
    expect(judge(nothing, { previous: first, at: now + 119_999 }).verdict).toBe('waiting');
    expect(judge(nothing, { previous: first, at: now + 120_000 })).toMatchObject({
      verdict: 'failing',
      reason: 'WorkloadNotFound',
    });
  });
});

describe('the image', () => {
  const digest = `sha256:${'1b'.repeat(32)}`;
  const two = [
    { name: 'proxy', image: 'reg/proxy:7' },
    { name: 'app', image: 'reg/app:2' },
  ];
  const helm: Expected = { version: '9.1', artifactType: 'helm' };

  it.each([
    {
      what: 'any container without a name in the catalogue',
      containers: two,
      workload: deployment,
      verdict: 'healthy',
    },
    { what: 'the named container', containers: two, workload: { ...deployment, container: 'app' }, verdict: 'healthy' },
    {
      what: 'another than the named container',
      containers: two,
      workload: { ...deployment, container: 'proxy' },
      verdict: 'failing',
    },
    {
      what: 'the repository in the catalogue',
      containers: two,
      workload: { ...deployment, image: 'reg/app' },
      verdict: 'healthy',
    },
    {
      what: 'another repository with that tag',
      containers: two,
      workload: { ...deployment, image: 'reg/application' },
      verdict: 'waiting',
    },
  ])('counts if it is $what: $verdict', ({ containers, verdict, workload }) => {
    const baselineView = viewOf({
      revision: 1,
      containers: [
        { name: 'proxy', image: 'reg/proxy:6' },
        { name: 'app', image: 'reg/app:1' },
      ],
    });
    expect(judge(viewOf({ containers }), { workload, baselineView }).verdict).toBe(verdict);
  });

  const another = `sha256:${'2c'.repeat(32)}`;
  const running = (imageID: string) => ({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'app', ready: true, restartCount: 0, imageID, state: { running: {} } }],
  });
  it.each([
    { asks: digest, has: 'reg/app:2', runs: `reg/app@${digest}`, verdict: 'healthy' },
    { asks: digest, has: 'reg/app:2', runs: `reg/app@${another}`, verdict: 'failing' },
    { asks: digest, has: `reg/app@${digest}`, runs: '', verdict: 'healthy' },
    { asks: `2@${digest}`, has: `reg/app:2@${digest}`, runs: '', verdict: 'healthy' },
    // An image pulled by the digest of an index may be reported with the digest of a member.
    { asks: `2@${digest}`, has: `reg/app:2@${digest}`, runs: `reg/app@${another}`, verdict: 'healthy' },
    { asks: `2@${digest}`, has: `reg/app:2@${another}`, runs: `reg/app@${another}`, verdict: 'failing' },
    { asks: `2@${digest}`, has: `reg/app:3@${digest}`, runs: `reg/app@${digest}`, verdict: 'failing' },
    { asks: `2@${digest}`, has: `reg/app@${digest}`, runs: `reg/app@${digest}`, verdict: 'failing' },
    { asks: `2@${digest}`, has: 'reg/app:2', runs: `reg/app@${digest}`, verdict: 'healthy' },
    { asks: `2@${digest}`, has: 'reg/app:2', runs: `docker-pullable://reg/app@${digest}`, verdict: 'healthy' },
    { asks: `2@${digest}`, has: 'reg/app:2', runs: `reg/app@${another}`, verdict: 'failing' },
    { asks: `2@${digest}`, has: 'reg/app:3', runs: `reg/app@${digest}`, verdict: 'failing' },
    { asks: `2@${digest}`, has: 'reg/app:1', runs: `reg/app@${digest}`, verdict: 'waiting' },
  ])('requested as $asks, written as $has, running as $runs: $verdict', ({ asks, has, runs, verdict }) => {
    const view = viewOf({ image: has, ...(runs === '' ? {} : { podStatus: running(runs) }) });
    for (const workload of [deployment, { ...deployment, image: 'reg/app' }]) {
      const expected: Expected = { version: asks, artifactType: 'docker' };
      expect(judge(view, { expected, workload })).toMatchObject({ verdict });
    }
    // The same for a release recorded by its reference.
    const exact: Expected = {
      version: asks,
      artifactType: 'docker',
      image: `reg/app${asks === digest ? '@' : ':'}${asks}`,
    };
    if (has !== `reg/app@${digest}`) expect(judge(view, { expected: exact })).toMatchObject({ verdict });
  });

  it.each([
    ['nothing that was started', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }],
    ["a digest that may be the configuration's", running(another)],
  ])('is recorded only if the spec has a tag, a digest is requested, and the pods report %s', (_, podStatus) => {
    const judged = judge(viewOf({ podStatus }), { expected: { version: `2@${digest}`, artifactType: 'docker' } });
    expect(judged).toMatchObject({
      verdict: 'healthy',
      warnings: [expect.stringContaining(`no container that runs tells whether it is 2@${digest}`)],
    });
  });

  it('of a chart with a `+` matches the tag with a `_`, which replaces it', () => {
    expect(judge(viewOf({ spec: { paused: true } }), { expected: helm }).warnings).toEqual([
      'the deployment is paused: the next change will not roll out',
      expect.stringContaining('was recorded, not compared'),
    ]);
    const named = { ...deployment, image: 'reg/app' };
    const expected: Expected = { version: '2+build', artifactType: 'helm' };
    expect(judge(viewOf({ image: 'reg/app:2_build' }), { expected, workload: named }).verdict).toBe('healthy');
  });

  it('of a chart is recorded, and compared only if the catalogue names it', () => {
    expect(judge(viewOf({}), { expected: helm })).toMatchObject({
      verdict: 'healthy',
      warnings: [expect.stringContaining('reg/app:2')],
    });
    const named = { ...deployment, image: 'reg/app' };
    expect(judge(viewOf({}), { expected: helm, workload: named }).verdict).toBe('failing');
    expect(judge(viewOf({}), { expected: { ...helm, version: '2' }, workload: named }).warnings).toBeUndefined();
  });

  it('of a chart that changes again during verification is superseded', () => {
    const first = judge(viewOf({ status: { readyReplicas: 1 } }), { expected: helm });
    expect(first.verdict).toBe('waiting');
    const again = judge(viewOf({ image: 'reg/app:3', revision: 3 }), { expected: helm, previous: first.progress });
    expect(again).toMatchObject({ verdict: 'failing', reason: 'Superseded' });
  });

  it('can be requested as a whole reference, as a release recorded it', () => {
    const exact: Expected = { version: '9.1', artifactType: 'helm', image: 'reg/app:2' };
    expect(judge(viewOf({}), { expected: exact })).toMatchObject({ verdict: 'healthy', reason: 'RolledOut' });
    expect(judge(viewOf({ image: 'reg/app:4' }), { expected: exact }).verdict).toBe('failing');
  });
});

describe('any JSON at all', () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
  const kinds = fc.constantFrom('deployment', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod' as const);

  it('is judged without a crash, with storable progress, and never healthy by accident', () => {
    fc.assert(
      fc.property(kinds, json, json, json, (kind, metadata, spec, status) => {
        const object = { metadata, spec, status };
        const view: WorkloadView = { workload: object, revisions: [object], pods: [object] };
        const workload = { ...deployment, kind } as Workload;
        const judged = judge(view, { workload });
        expect(JSON.parse(JSON.stringify(judged.progress))).toEqual(judged.progress);
        expect(JSON.parse(JSON.stringify(captureBaseline(workload, view)))).toEqual(captureBaseline(workload, view));
        expect(judged.verdict).not.toBe('healthy');
      }),
      { numRuns: 300 },
    );
  });

  it('a deployment with any counters is healthy only if every counter is complete', () => {
    const count = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        count,
        count,
        fc.boolean(),
        (desired, replicas, updated, ready, available, current) => {
          const status = { replicas, updatedReplicas: updated, readyReplicas: ready, availableReplicas: available };
          const view = viewOf({ replicas: desired, observed: current ? 2 : 1, status });
          const isComplete =
            current && updated >= desired && replicas <= updated && ready >= desired && available >= updated;
          expect(judge(view).verdict === 'healthy').toBe(isComplete);
        },
      ),
    );
  });
});
