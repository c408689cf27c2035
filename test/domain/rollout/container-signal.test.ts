import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { podSignals, type SignalOptions, unreadyEvidence } from '../../../lib/domain/rollout/container-signal.ts';
import { now, secondsAgo } from './objects.ts';

const podNamed = (name: string, status: JsonObject): JsonObject => ({ kind: 'Pod', metadata: { name }, status });

const podOf = (...containerStatuses: readonly JsonObject[]): JsonObject => podNamed('p', { containerStatuses });

/** For each signal: key, grace in milliseconds, message. */
const told = (pods: readonly JsonObject[], options: Partial<SignalOptions> = {}): readonly string[] =>
  podSignals(pods, { now, ...options }).map(({ key, grace, message }) => `${key} after ${grace}: ${message}`);

const waitingFor = (reason: string, message?: string): JsonObject => ({
  ...{ name: 'app', image: 'reg/app:2', ready: false, restartCount: 0 },
  state: { waiting: { reason, ...(message && { message }) } },
});

describe('a waiting container', () => {
  const said = 'the kubelet said so';
  it.each<[reason: string, key: string, verdict: string, grace: number]>([
    ['ErrImagePull', 'ImagePull/Passing/reg/app:2', 'ImagePullBackOff', 90_000],
    ['ImagePullBackOff', 'ImagePull/Passing/reg/app:2', 'ImagePullBackOff', 90_000],
    ['RegistryUnavailable', 'ImagePull/Passing/reg/app:2', 'RegistryUnavailable', 90_000],
    ['InvalidImageName', 'InvalidImageName', 'InvalidImageName', 0],
    ['ErrImageNeverPull', 'ErrImageNeverPull', 'ErrImageNeverPull', 0],
    ['SignatureValidationFailed', 'SignatureValidationFailed', 'SignatureValidationFailed', 0],
    ['ImageInspectError', `ImageInspectError/${said}`, 'ImageInspectError', 40_000],
    ['CreateContainerConfigError', `CreateContainerConfigError/${said}`, 'CreateContainerConfigError', 40_000],
    ['CreateContainerError', `CreateContainerError/${said}`, 'CreateContainerError', 40_000],
    ['RunContainerError', `RunContainerError/${said}`, 'RunContainerError', 40_000],
    ['PostStartHookError', `PostStartHookError/${said}`, 'PostStartHookError', 40_000],
  ])('for %s', (reason, key, verdict, grace) => {
    expect(podSignals([podOf(waitingFor(reason, said))], { now })).toEqual([
      {
        ...{ key, reason: verdict, grace },
        message: `pod p, container app: ${reason}: the kubelet said so`,
        evidence: [{ kind: 'pod', name: 'p', container: 'app', reason, message: 'the kubelet said so' }],
      },
    ]);
  });

  it.each([
    ['secret "one" not found', 'secret "two" not found', false],
    ['name "app_1" is reserved for 7e57ab1e2f', 'name "app_2" is reserved for 0c0ffee123', true],
  ])('has another cause when its message changes, not when a count changes: %s', (one, other, isSame) => {
    const keyOf = (message: string) =>
      podSignals([podOf(waitingFor('CreateContainerError', message))], { now })[0]?.key;
    expect(keyOf(one) === keyOf(other)).toBe(isSame);
  });

  it.each([
    ['without a message', waitingFor('InvalidImageName'), 'container image reg/app:2'],
    ['without message and image', { ...waitingFor('InvalidImageName'), image: 7 }, 'container image '],
  ])('%s', (_, status, detail) => {
    expect(told([podOf(status)])).toEqual([
      `InvalidImageName after 0: pod p, container app: InvalidImageName: ${detail}`,
    ]);
  });

  it('without its own name', () => {
    const [signal] = podSignals(
      [{ status: { containerStatuses: [{ ...waitingFor('InvalidImageName', 'x'), name: 7 }] } }],
      { now },
    );
    expect(signal?.message).toBe('pod (no name), container : InvalidImageName: x');
    expect(signal?.evidence).toEqual([
      { kind: 'pod', name: '(no name)', container: '', reason: 'InvalidImageName', message: 'x' },
    ]);
  });

  it.each(['ContainerCreating', 'PodInitializing', 'constructor', 'toString'])('for %s is not a signal', (reason) => {
    expect(told([podOf(waitingFor(reason))])).toEqual([]);
  });
});

const ended = (exitCode: number, more: JsonObject = {}): JsonObject => ({
  terminated: { exitCode, reason: 'Error', finishedAt: secondsAgo(1), ...more },
});

const running = (restartCount: number, lastState: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...{ name: 'app', ready: false, restartCount, state: { running: {} }, lastState, ...more },
});

const loop: JsonObject = { waiting: { reason: 'CrashLoopBackOff', message: ' back-off 10s ' } };
const longAgo = { finishedAt: secondsAgo(10) };
const crash = (exit: number, restarts: number, more = ''): string =>
  `Crash after 0: pod p, container app: CrashLoopBackOff: exit code ${exit}, ${restarts} restarts${more}`;
const settling = (exit: number, restarts: number): string =>
  `Settling after Infinity: pod p, container app restarted less than 10 s ago: exit code ${exit}, ${restarts} restarts`;
const borne = (detail: string, ends = 2): string =>
  `Restarting after Infinity: pod p, container app has ended and is restarting; ${ends} exits are tolerated: ${detail}`;
const old = { isOld: () => true };
const none = { exitCode: 0, reason: 'Completed' };

describe('a container that ended', () => {
  it.each<[what: string, status: JsonObject, options: Partial<SignalOptions>, told: readonly string[]]>([
    ['once', running(1, ended(1)), {}, [settling(1, 1)]],
    ['once, a while ago', running(1, ended(1, longAgo)), {}, [borne('exit code 1, 1 restarts')]],
    ['once, not quite that long ago', running(1, ended(1, { finishedAt: secondsAgo(9.999) })), {}, [settling(1, 1)]],
    ['once, and has run long since', running(1, ended(1, longAgo), { ready: true }), {}, []],
    ['twice', running(2, ended(1)), {}, [settling(1, 2)]],
    ['twice, a while ago', running(2, ended(1, longAgo)), {}, [borne('exit code 1, 2 restarts')]],
    ['three times', running(3, ended(1)), {}, [crash(1, 3)]],
    ['three times, a while ago', running(3, ended(1, longAgo)), {}, [crash(1, 3)]],
    ['three times, and runs again', running(3, ended(1), { ready: true }), {}, [settling(1, 3)]],
    ['three times, and has run long since', running(3, ended(1, longAgo), { ready: true }), {}, []],
    ['three times before the deployment', running(3, ended(1)), old, [settling(1, 3)]],
    ['three times, a while before the deployment', running(3, ended(1, longAgo)), old, []],
    ['three times, counted by its owner', running(3, ended(1)), { crashesAllowed: true }, []],
    [
      'with success, for the third time',
      running(3, ended(0, none)),
      {},
      [crash(0, 3).replace(' 0,', ' 0, Completed,')],
    ],
    [
      'for the first time, without a restart',
      running(0, {}, { state: ended(3) }),
      {},
      [borne('exit code 3, 0 restarts')],
    ],
    ['for the third time, just now', running(2, ended(3), { state: ended(4) }), {}, [crash(4, 2)]],
    ['at an unknown time', running(1, ended(1, { finishedAt: 'then' })), {}, [borne('exit code 1, 1 restarts')]],
    ['in a loop', running(2, ended(1), { state: loop }), {}, [crash(1, 2, '; back-off 10s')]],
    ['in a loop before the deployment', running(2, ended(1), { state: loop }), old, [crash(1, 2, '; back-off 10s')]],
    ['in a loop, twice', running(1, ended(1), { state: loop }), {}, [borne('exit code 1, 1 restarts; back-off 10s')]],
    ['in a loop, twice before the deployment', running(1, ended(1), { state: loop }), old, []],
    [
      'in a loop, without details',
      running(3, {}, { state: loop }),
      {},
      ['Crash after 0: pod p, container app: CrashLoopBackOff: 3 restarts; back-off 10s'],
    ],
    ['in a loop that has just begun', running(0, {}, { state: loop }), {}, [borne('0 restarts; back-off 10s')]],
    ['with a message', running(3, ended(1, { message: ' no config ' })), {}, [crash(1, 3, '; no config')]],
    [
      'with a long message',
      running(3, ended(1, { message: 'x'.repeat(501) })),
      {},
      [crash(1, 3, `; ${'x'.repeat(500)}…`)],
    ],
    ['now, differently from before', running(3, ended(2), { state: ended(3) }), {}, [crash(3, 3)]],
    ['as often as allowed', running(5, ended(1, longAgo)), { tolerance: 5 }, [borne('exit code 1, 5 restarts', 5)]],
    ['one time more than allowed', running(6, ended(1, longAgo)), { tolerance: 5 }, [crash(1, 6)]],
    ['once, which is too often', running(0, {}, { state: ended(1) }), { tolerance: 0 }, [crash(1, 0)]],
    [
      'out of memory',
      running(3, ended(137, { reason: 'OOMKilled' })),
      {},
      ['Crash after 0: pod p, container app: OOMKilled: exit code 137, 3 restarts'],
    ],
    [
      'out of memory, and runs again',
      running(3, ended(137, { reason: 'OOMKilled' }), { ready: true }),
      {},
      [settling(137, 3)],
    ],
    [
      'before it had started',
      running(2, ended(128, { reason: 'StartError', message: 'no such file' }), {
        state: { waiting: { reason: 'RunContainerError', message: 'x' } },
      }),
      {},
      [
        crash(128, 2, '; no such file').replace('128,', '128, StartError,'),
        'RunContainerError/x after 40000: pod p, container app: RunContainerError: x',
      ],
    ],
  ])('%s', (_, status, options, signals) => {
    expect(told([podOf(status)], options)).toEqual(signals);
  });

  const looping = { ...running(2, ended(0, none)), state: loop };
  it.each<[what: string, spec: JsonObject, field: string, status: JsonObject, reasons: readonly string[]]>([
    ['in a pod that does not restart', { restartPolicy: 'OnFailure' }, 'containerStatuses', looping, []],
    ['in a pod that restarts', { restartPolicy: 'Always' }, 'containerStatuses', looping, ['CrashLoopBackOff']],
    [
      'with its own restart policy',
      { restartPolicy: 'Always', containers: [{ name: 'app', restartPolicy: 'OnFailure' }] },
      'containerStatuses',
      looping,
      [],
    ],
    ['as an init container', { initContainers: [{ name: 'app' }] }, 'initContainerStatuses', looping, []],
    [
      'as an init container that fails',
      { initContainers: [{ name: 'app' }] },
      'initContainerStatuses',
      { ...running(2, ended(1)), state: loop },
      ['CrashLoopBackOff'],
    ],
    [
      'as an init container that succeeded in the end',
      { initContainers: [{ name: 'app' }] },
      'initContainerStatuses',
      running(4, ended(1), { ready: true, state: ended(0, none) }),
      [],
    ],
    [
      'as a sidecar',
      { initContainers: [{ name: 'app', restartPolicy: 'Always' }] },
      'initContainerStatuses',
      looping,
      ['CrashLoopBackOff'],
    ],
  ])('with success, %s', (_, spec, field, status, reasons) => {
    const pod = { metadata: { name: 'p' }, spec, status: { [field]: [status] } };
    expect(podSignals([pod], { now }).map(({ reason }) => reason)).toEqual(reasons);
  });

  it('is the evidence of its signal', () => {
    const facts = (status: JsonObject) =>
      podSignals([podOf(status)], { now }).map(({ reason, evidence }) => ({ reason, evidence }));
    const evidence = (reason: string, message: string) => [
      { kind: 'pod', name: 'p', container: 'app', reason, message },
    ];
    expect(
      [running(3, ended(1)), running(3, ended(137, { reason: 'OOMKilled' })), running(1, ended(1))].map(facts),
    ).toEqual([
      [{ reason: 'CrashLoopBackOff', evidence: evidence('CrashLoopBackOff', 'exit code 1, 3 restarts') }],
      [{ reason: 'OOMKilled', evidence: evidence('OOMKilled', 'exit code 137, 3 restarts') }],
      [{ reason: 'Settling', evidence: evidence('CrashLoopBackOff', 'exit code 1, 1 restarts') }],
    ]);
  });
});

const unscheduled = (more: JsonObject = {}): JsonObject =>
  podNamed('q', {
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes', ...more }],
  });

describe('a pod without a node', () => {
  it('is left to the autoscaler for five minutes, with a warning after one', () => {
    expect(podSignals([unscheduled()], { now })).toEqual([
      {
        ...{ key: 'Unschedulable', reason: 'Unschedulable', warnAfter: 60_000, grace: 300_000 },
        message: 'pod q cannot be scheduled: 0/3 nodes',
        evidence: [{ kind: 'pod', name: 'q', reason: 'Unschedulable', message: '0/3 nodes' }],
      },
    ]);
    expect(told([unscheduled({ message: 7 })])).toEqual([
      'Unschedulable after 300000: pod q cannot be scheduled: no node fits',
    ]);
  });

  it.each([{ status: 'True' }, { reason: 'SchedulingGated' }, { type: 'Ready' }])('differs with %o', (more) => {
    expect(told([unscheduled(more)])).toEqual([]);
  });
});

test('gives a pod without a node its full time again when another one gets a node', () => {
  const placed = ['PodScheduled', 'Ready'].map((type) => podNamed('r', { conditions: [{ type, status: 'True' }] }));
  const keys = [0, 1, 2].map((count) => podSignals([unscheduled(), ...placed.slice(0, count)], { now })[0]?.key);
  expect(keys).toEqual(['Unschedulable', 'Unschedulable 1', 'Unschedulable 2']);
});

test('the stored name of a signal has no secret', () => {
  const [signal] = podSignals([podOf(waitingFor('RunContainerError', 'exec: "--password=hunter2secret": not found'))], {
    now,
  });
  expect(signal?.key).toMatch(/^RunContainerError\/exec: /);
  expect(signal?.key).not.toMatch(/hunter/);
});

test('sorts by severity, then pods, with init containers first', () => {
  const both = podNamed('b', {
    initContainerStatuses: [{ ...waitingFor('CreateContainerError', 'x'), name: 'init' }],
    containerStatuses: [waitingFor('RunContainerError', 'x')],
  });
  const names = podSignals([unscheduled(), both, podOf(waitingFor('InvalidImageName', 'x'))], { now }).map(
    ({ message }) => message,
  );
  expect(names).toEqual([
    'pod p, container app: InvalidImageName: x',
    'pod b, container init: CreateContainerError: x',
    'pod b, container app: RunContainerError: x',
    'pod q cannot be scheduled: 0/3 nodes',
  ]);
});

describe('why pods are not ready', () => {
  const fact = (name: string, reason: string, message: string) => ({
    kind: 'pod',
    name,
    container: 'app',
    reason,
    message,
  });

  it.each<[what: string, status: JsonObject, facts: readonly unknown[]]>([
    ['a container that waits', waitingFor('ContainerCreating', 'soon'), [fact('p', 'ContainerCreating', 'soon')]],
    [
      'one that does not say why',
      { name: 'app', state: { running: {} } },
      [fact('p', 'NotReady', 'the container is running and not ready')],
    ],
    ['one that says nothing', { name: 'app' }, [fact('p', 'NotReady', 'the container is unknown and not ready')]],
    ['one that is ready', { name: 'app', ready: true }, []],
  ])('%s', (_, status, facts) => {
    expect(unreadyEvidence([podOf(status)])).toEqual(facts);
  });

  it('looks only at pods that are not ready', () => {
    const status = { containerStatuses: [{ name: 'app' }], conditions: [{ type: 'Ready', status: 'True' }] };
    expect(unreadyEvidence([podNamed('p', status)])).toEqual([]);
  });

  it('describes five', () => {
    const pods = ['1', '2', '3', '4', '5', '6'].map((name) => podNamed(name, { containerStatuses: [{ name: 'app' }] }));
    expect(unreadyEvidence(pods).map(({ name }) => name)).toEqual(['1', '2', '3', '4', '5']);
  });
});
