import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { podOf, template } from './kinds.ts';
import { shortOf } from './looks.ts';
import { secondsAgo, viewOf } from './objects.ts';

/** Ready without a readiness probe: every container must have run for a while. */

const probe = { httpGet: { path: '/ready', port: 8080 } };
const running = (name: string, seconds: number): JsonObject => ({
  name,
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: secondsAgo(seconds) } },
});

interface Shape {
  readonly spec: JsonObject;
  readonly status: JsonObject;
  readonly workload?: JsonObject;
}

/** Two replicas whose pods have these containers. */
const shaped = ({ spec, status, workload = {} }: Shape): WorkloadView => {
  const made = viewOf({
    podStatus: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...status },
    spec: { template: { spec: { containers: [{ name: 'app', image: 'reg/app:2' }] } }, ...workload },
  });
  return { ...made, pods: made.pods.map((pod) => ({ ...pod, spec })) };
};

const app: JsonObject = { name: 'app', image: 'reg/app:2' };
const young = { containerStatuses: [running('app', 4)] };

describe('a container that has run for 4 s', () => {
  it.each<[what: string, Shape, told: string]>([
    ['without a probe must run longer', { spec: { containers: [app] }, status: young }, 'waiting NotSteady'],
    [
      'with a readiness probe has answered',
      { spec: { containers: [{ ...app, readinessProbe: probe }] }, status: young },
      'healthy RolledOut',
    ],
    [
      'with only a startup probe was checked once',
      { spec: { containers: [{ ...app, startupProbe: probe }] }, status: young },
      'waiting NotSteady',
    ],
    [
      'of a workload with minReadySeconds is the controller’s concern',
      { spec: { containers: [app] }, status: young, workload: { minReadySeconds: 3, replicas: 2 } },
      'healthy RolledOut',
    ],
    [
      'as a sidecar next to one with a probe',
      {
        spec: { containers: [{ ...app, readinessProbe: probe }, { name: 'proxy' }] },
        status: { containerStatuses: [running('app', 4), running('proxy', 4)] },
      },
      'waiting NotSteady',
    ],
    [
      'as a native sidecar',
      {
        spec: {
          containers: [{ ...app, readinessProbe: probe }],
          initContainers: [{ name: 'proxy', restartPolicy: 'Always' }],
        },
        status: { containerStatuses: [running('app', 4)], initContainerStatuses: [running('proxy', 4)] },
      },
      'waiting NotSteady',
    ],
    [
      'as a native sidecar with a probe',
      {
        spec: {
          containers: [{ ...app, readinessProbe: probe }],
          initContainers: [{ name: 'proxy', restartPolicy: 'Always', readinessProbe: probe }],
        },
        status: { containerStatuses: [running('app', 4)], initContainerStatuses: [running('proxy', 4)] },
      },
      'healthy RolledOut',
    ],
    [
      'next to an ended init container, which need not run',
      {
        spec: { containers: [{ ...app, readinessProbe: probe }], initContainers: [{ name: 'setup' }] },
        status: {
          containerStatuses: [running('app', 4)],
          initContainerStatuses: [{ name: 'setup', state: { terminated: { exitCode: 0 } } }],
        },
      },
      'healthy RolledOut',
    ],
    [
      'that has ended since does not run',
      {
        spec: { containers: [app] },
        status: { containerStatuses: [{ name: 'app', state: { terminated: { exitCode: 0 } } }] },
      },
      'waiting Restarting',
    ],
    [
      'with an unknown start does not block',
      { spec: { containers: [app] }, status: { containerStatuses: [{ name: 'app', state: { running: {} } }] } },
      'healthy RolledOut',
    ],
    ['in a pod without a spec has the probes of its template', { spec: {}, status: young }, 'waiting NotSteady'],
  ])('%s', (_, shape, told) => {
    expect(shortOf('deployment', [[0, shaped(shape)]])).toEqual([`0 ${told}`]);
  });

  const bare = shaped({ spec: { containers: [app] }, status: young });

  it('is healthy exactly when its time is over', () => {
    const looks = [0, 5.9, 6].map((at) => [at, bare] as const);
    expect(shortOf('deployment', looks)).toEqual([
      '0 waiting NotSteady',
      '5.9 waiting NotSteady',
      '6 healthy RolledOut',
    ]);
  });

  it.each([
    [0, 'healthy RolledOut'],
    [4, 'healthy RolledOut'],
    [5, 'waiting NotSteady'],
  ])('with %i s in the settings is %s', (steady_seconds, told) => {
    expect(shortOf('deployment', [[0, bare]], { settings: { steady_seconds } })).toEqual([`0 ${told}`]);
  });

  it('that restarted starts again', () => {
    const again = shaped({ spec: { containers: [app] }, status: { containerStatuses: [running('app', -5)] } });
    expect(
      shortOf('deployment', [
        [0, bare],
        [14, again],
        [15, again],
      ]),
    ).toEqual(['0 waiting NotSteady', '14 waiting NotSteady', '15 healthy RolledOut']);
  });

  it('of an older revision is ignored', () => {
    const { pods, ...rest } = bare;
    const old = pods.map((pod) => ({ ...pod, metadata: { name: 'old', labels: { 'pod-template-hash': 'hash1' } } }));
    expect(shortOf('deployment', [[0, { ...rest, pods: old }]])).toEqual(['0 healthy RolledOut']);
  });

  it('of a pod that was evicted since is ignored', () => {
    const { pods, ...rest } = bare;
    const old = pods.map((pod) => ({ ...pod, spec: { containers: [app] }, status: { phase: 'Failed', ...young } }));
    expect(shortOf('deployment', [[0, { ...rest, pods: old }]])).toEqual(['0 healthy RolledOut']);
  });

  it('holds up a Pod too', () => {
    const pod = podOf({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...young });
    expect(shortOf('pod', [[0, { workload: pod, revisions: [], pods: [pod] }]])).toEqual(['0 waiting NotSteady']);
  });
});

describe('with counters and pods from separate streams', () => {
  const { pods, ...counts } = viewOf({});
  it.each<[what: string, WorkloadView, told: string]>([
    ['without pods, but not with streams', { ...counts, pods: [] }, 'healthy RolledOut'],
    ['without pods', { ...counts, pods: [], watched: true }, 'waiting PodsNotSeen'],
    ['with one of two pods', { ...counts, pods: pods.slice(1), watched: true }, 'waiting PodsNotSeen'],
    ['with all pods', { ...counts, pods, watched: true }, 'healthy RolledOut'],
  ])('%s', (_, view, told) => {
    expect(shortOf('deployment', [[0, view]])).toEqual([`0 ${told}`]);
  });
});

describe('always', () => {
  const count = fc.integer({ min: 0, max: 4 });

  it('zero of n new pods is no success, for any other counters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('deployment', 'statefulset', 'daemonset'),
        fc.record({
          desired: fc.integer({ min: 1, max: 4 }),
          ready: count,
          partition: count,
          strategy: fc.constantFrom('OnDelete', 'RollingUpdate'),
        }),
        (kind, { desired, ready, partition, strategy }) => {
          const updateStrategy = { type: strategy, rollingUpdate: { partition, maxUnavailable: 4 } };
          const workload = {
            metadata: { name: 'app', uid: 'u1', generation: 1 },
            spec: { replicas: desired, template, updateStrategy },
            status: {
              observedGeneration: 1,
              replicas: desired,
              readyReplicas: ready,
              availableReplicas: ready,
              desiredNumberScheduled: desired,
              numberReady: ready,
              numberAvailable: ready,
            },
          };
          const looks = [0, 5, 61, 200].map((at) => [at, { workload, revisions: [], pods: [] }] as const);
          expect(shortOf(kind, looks).filter((one) => one.includes('healthy'))).toEqual([]);
        },
      ),
    );
  });

  it('a success has no container without a probe that has run for less than the setting', () => {
    const age = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(fc.array(age, { minLength: 1, maxLength: 4 }), age, (ages, steady_seconds) => {
        const names = ages.map((_, at) => ({ name: `c${at}`, image: 'reg/app:2' }));
        const containerStatuses = ages.map((seconds, at) => running(`c${at}`, seconds));
        const view = shaped({ spec: { containers: names }, status: { containerStatuses } });
        const [told] = shortOf('deployment', [[0, view]], { settings: { steady_seconds } });
        expect(told).toBe(Math.min(...ages) >= steady_seconds ? '0 healthy RolledOut' : '0 waiting NotSteady');
      }),
    );
  });
});
