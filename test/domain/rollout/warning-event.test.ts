import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { tellingWarning } from '../../../lib/domain/rollout/telling-warning.ts';
import { warningEvidence, warningsOf } from '../../../lib/domain/rollout/warning-event.ts';
import { deployment, now, secondsAgo, viewOf } from './objects.ts';

const about = (uid: string, more: JsonObject = {}): JsonObject => ({
  ...{ type: 'Warning', reason: 'Unhealthy', message: 'Readiness probe failed', lastTimestamp: secondsAgo(1) },
  involvedObject: { uid, name: `name of ${uid}` },
  ...more,
});

const viewed = (...events: readonly JsonObject[]) => ({ ...viewOf(), events });

describe('a warning event', () => {
  it('is read in the core/v1 form', () => {
    const event = about('p', {
      ...{ message: ' failed ', count: 7, firstTimestamp: secondsAgo(9) },
      involvedObject: { uid: 'p', name: 'app-0', fieldPath: 'spec.containers{app}' },
    });
    expect(warningsOf({ view: viewed(event) })).toEqual([
      {
        ...{ uid: 'p', name: 'app-0', container: 'app', reason: 'Unhealthy', message: 'failed', count: 7 },
        ...{ first: now - 9_000, last: now - 1_000 },
      },
    ]);
  });

  it('loses its secrets before it is cut, because a part of one is not recognised', () => {
    const message = `${'x'.repeat(470)} https://robot:hunter2secretpassword@registry.example/v2/`;
    expect(warningsOf({ view: viewed(about('p', { message })) })[0]?.message).not.toMatch(/hunter/);
  });

  it('is read in the events.k8s.io form', () => {
    const event = {
      ...{ type: 'Warning', reason: 'FailedMount', note: 'no such volume', regarding: { uid: 'p', name: 'app-0' } },
      ...{ eventTime: secondsAgo(9), series: { count: 3, lastObservedTime: secondsAgo(2) } },
    };
    expect(warningsOf({ view: viewed(event) })).toEqual([
      {
        ...{ uid: 'p', name: 'app-0', reason: 'FailedMount', message: 'no such volume', count: 3 },
        ...{ first: now - 9_000, last: now - 2_000 },
      },
    ]);
  });

  it.each<[what: string, event: JsonObject, last: number]>([
    ['by its last time', { lastTimestamp: secondsAgo(3) }, now - 3_000],
    ['by its time', { eventTime: '2026-05-01T11:59:58.500000Z' }, now - 1_500],
    [
      'by the last of its series',
      { eventTime: secondsAgo(9), series: { lastObservedTime: secondsAgo(4) } },
      now - 4_000,
    ],
    ['by the time of an older API', { deprecatedLastTimestamp: secondsAgo(5) }, now - 5_000],
    ['by its creation', { metadata: { creationTimestamp: secondsAgo(6) } }, now - 6_000],
    ['by nothing', {}, 0],
  ])('is dated %s', (_, event, last) => {
    expect(warningsOf({ view: viewed(event) })[0]?.last).toBe(last);
  });

  it('has a maximum length', () => {
    const [one] = warningsOf({ view: viewed(about('p', { message: 'x'.repeat(501) })) });
    expect(one?.message).toBe(`${'x'.repeat(500)}…`);
  });

  it('comes newest first, for any order of the list', () => {
    const events = [
      about('a', { lastTimestamp: secondsAgo(3) }),
      about('b', { lastTimestamp: secondsAgo(1) }),
      about('c', { eventTime: secondsAgo(2), lastTimestamp: null }),
      about('d', { lastTimestamp: secondsAgo(1) }),
    ];
    const order = (all: readonly JsonObject[]) => warningsOf({ view: viewed(...all) }).map(({ uid }) => uid);
    expect(order(events)).toEqual(['b', 'd', 'c', 'a']);
    expect(order([...events].reverse())).toEqual(order(events));
  });

  it.each<[what: string, event: JsonObject, counts: boolean]>([
    ['older than the attempt', { lastTimestamp: secondsAgo(3) }, false],
    ['of the second in which it began', { lastTimestamp: secondsAgo(2) }, true],
    ['newer than that', { lastTimestamp: secondsAgo(1) }, true],
    ['without a time', { lastTimestamp: null }, false],
    ['that is not a warning', { type: 'Normal' }, false],
    ['without a type', { type: null }, true],
  ])('%s counts or not', (_, event, counts) => {
    expect(warningsOf({ view: viewed(about('p', event)), since: now - 1_500 })).toHaveLength(counts ? 1 : 0);
  });
});

describe('the evidence of events', () => {
  const evidence = (events: readonly JsonObject[]) =>
    warningEvidence({ workload: deployment, view: { ...viewOf(), events } });

  it('is about the workload, its new ReplicaSet and its new pods', () => {
    const uids = ['d1', 'rs2', 'p2-0', 'p2-1', 'rs1', 'p1-0', ''];
    expect(evidence(uids.map((uid) => about(uid))).map(({ name }) => name)).toEqual([
      ...['name of d1', 'name of p2-0', 'name of p2-1', 'name of rs2'],
    ]);
  });

  it('says how often', () => {
    expect(evidence([about('d1', { count: 4 }), about('rs2')])).toEqual([
      { kind: 'event', name: 'name of d1', reason: 'Unhealthy', message: 'Readiness probe failed (4 times)' },
      { kind: 'event', name: 'name of rs2', reason: 'Unhealthy', message: 'Readiness probe failed' },
    ]);
  });

  it('is the last twenty, with repeated ones once', () => {
    const many = Array.from({ length: 30 }, (_, at) =>
      about('d1', { message: `${at}`, lastTimestamp: secondsAgo(at) }),
    );
    const again = about('d1', { message: '0', lastTimestamp: secondsAgo(7) });
    expect(evidence([again, ...many.toReversed()]).map(({ message }) => message)).toEqual(
      Array.from({ length: 20 }, (_, at) => `${at}`),
    );
  });

  it('is nothing without a workload, and without events', () => {
    expect(warningEvidence({ workload: deployment, view: { revisions: [], pods: [], events: [about('d1')] } })).toEqual(
      [],
    );
    expect(warningEvidence({ workload: deployment, view: viewOf() })).toEqual([]);
  });
});

describe('messages about pods that are not ready', () => {
  const podOf = (status: JsonObject, uid = 'p'): JsonObject => ({ metadata: { name: `pod-${uid}`, uid }, status });
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  const scheduled = { conditions: [{ type: 'PodScheduled', status: 'True' }] };
  const started = { containerStatuses: [{ name: 'app', restartCount: 0, state: { running: {} } }] };
  const pending = { containerStatuses: [{ name: 'app', restartCount: 0, state: { waiting: {} } }] };
  const ended = { initContainerStatuses: [{ name: 'i', state: { terminated: { exitCode: 0 } } }] };
  const again = { containerStatuses: [{ name: 'app', restartCount: 1, state: { waiting: {} } }] };
  const warning = (reason: string, more: JsonObject = {}): JsonObject => about('p', { reason, message: 'so', ...more });
  const told = (pods: readonly JsonObject[], ...events: readonly JsonObject[]) =>
    tellingWarning(pods, warningsOf({ view: viewed(...events) }));

  it.each<[what: string, status: JsonObject, events: readonly JsonObject[], said: string | undefined]>([
    ['a failing probe', started, [warning('Unhealthy')], 'Unhealthy'],
    ['nothing for one that is ready', ready, [warning('Unhealthy')], undefined],
    ['nothing for another pod', started, [about('q')], undefined],
    ['a missing volume', pending, [warning('FailedMount')], 'FailedMount'],
    ['a volume that exists by now', started, [warning('FailedMount'), warning('FailedAttachVolume')], undefined],
    ['a volume that existed for an init container', ended, [warning('FailedMount')], undefined],
    ['a sandbox created earlier', again, [warning('FailedCreatePodSandBox')], undefined],
    ['no node', pending, [warning('FailedScheduling')], 'FailedScheduling'],
    ['a node by now', { ...scheduled, ...pending }, [warning('FailedScheduling')], undefined],
    ['another warning', started, [warning('constructor')], 'constructor'],
    ['the newest', started, [warning('Old', { lastTimestamp: secondsAgo(5) }), warning('New')], 'New'],
    [
      'the cause of a BackOff, even if older',
      started,
      [warning('Unhealthy', { lastTimestamp: secondsAgo(5) }), warning('BackOff')],
      'Unhealthy',
    ],
    ['a BackOff, when there is nothing else', again, [warning('BackOff')], 'BackOff'],
  ])('%s', (_, status, events, said) => {
    expect(told([podOf(status)], ...events)).toBe(said && `pod pod-p: ${said}: so`);
  });

  it('is the newest of all pods', () => {
    const pods = [podOf(started), podOf(started, 'q')];
    expect(told(pods, warning('A', { lastTimestamp: secondsAgo(4) }), about('q'))).toBe(
      'pod pod-q: Unhealthy: Readiness probe failed',
    );
  });
});
