import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { KubernetesObject, WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { type Progress, waiting } from '../../../lib/domain/rollout/judgement.ts';
import { judgeSignals, type Signal } from '../../../lib/domain/rollout/signal.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { expected, nothing } from './kinds.ts';
import { deployment, now, secondsAgo, unready, viewOf, waitingFor } from './objects.ts';

const pending = waiting('ReplicasNotReady', '1 of 2');
const keys = ['one', 'other', 'third'] as const;

/** Looks at any times, and the signals seen at each. */
const looks = fc.array(fc.record({ after: fc.nat({ max: 30 }), seen: fc.subarray([...keys]) }), {
  minLength: 1,
  maxLength: 20,
});

test('a signal that comes and goes fails nothing before it lasts for its grace without a gap', () => {
  fc.assert(
    fc.property(looks, fc.integer({ min: 1, max: 60 }), (sequence, grace) => {
      const began = new Map<string, number>();
      let previous: Progress | undefined;
      let at = 0;
      for (const { after, seen } of sequence) {
        at += after;
        for (const key of keys) if (!seen.includes(key)) began.delete(key);
        for (const key of seen) if (!began.has(key)) began.set(key, at);
        const signals = seen.map((key): Signal => ({ key, reason: key, message: key, grace, evidence: [] }));
        const { finding, first_seen } = judgeSignals(
          { signals, finding: pending },
          { now: at, ...(previous && { previous }) },
        );
        const ripe = seen.filter((key) => at - (began.get(key) ?? at) >= grace);
        expect(finding.verdict).toBe(ripe.length > 0 ? 'failing' : 'waiting');
        if (ripe.length > 0) expect(ripe).toContain(finding.reason);
        previous = { first_seen, saw_expected: true };
      }
    }),
  );
});

const judged = (
  view: WorkloadView,
  more: { readonly at?: number; readonly previous?: Progress; readonly since?: number } = {},
) =>
  judgeRollout({
    ...{
      workload: deployment,
      expected,
      baseline: captureBaseline(deployment, nothing),
      view,
      now: now + (more.at ?? 0),
    },
    ...(more.previous && { previous: more.previous }),
    ...(more.since !== undefined && { since: more.since }),
  });

const broken = (status: JsonObject): WorkloadView =>
  viewOf({ status: { readyReplicas: 0, availableReplicas: 0 }, podStatus: unready(status) });

const passing = [
  '503 Service Unavailable',
  'i/o timeout',
  'toomanyrequests: slow down',
  'connection reset by peer',
  'no idea',
];
const final = ['not found', 'manifest unknown', 'unauthorized', 'pull access denied'];
const pulling = fc.constantFrom('ErrImagePull', 'ImagePullBackOff');

test('no single look at a pull that may recover is a failure, nor looks within two tries of the kubelet', () => {
  const tries = fc.array(fc.tuple(fc.nat({ max: 6_000 }), pulling, fc.constantFrom(...passing)), {
    minLength: 1,
    maxLength: 10,
  });
  fc.assert(
    fc.property(tries, (all) => {
      let previous: Progress | undefined;
      let at = 0;
      for (const [after, reason, message] of all) {
        at += after;
        const seen = judged(broken(waitingFor(reason, message)), { at, ...(previous && { previous }) });
        expect(seen.verdict).toBe('waiting');
        previous = seen.progress;
      }
    }),
  );
});

test('a final pull error fails within three seconds of looks once a second, for any wording', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(pulling, fc.nat({ max: 999 })), { minLength: 4, maxLength: 4 }),
      fc.constantFrom(...final),
      (all, message) => {
        let previous: Progress | undefined;
        const verdicts = all.map(([reason, late], second) => {
          const seen = judged(broken(waitingFor(reason, message)), {
            at: second * 1_000 + late,
            ...(previous && { previous }),
          });
          previous = seen.progress;
          return seen.verdict;
        });
        expect(verdicts[0]).toBe('waiting');
        expect(verdicts.slice(0, 3)).toContain('failing');
      },
    ),
  );
});

test('an event older than the attempt changes nothing', () => {
  const event = fc.record({
    type: fc.constant('Warning'),
    reason: fc.constantFrom('FailedCreate', 'Unhealthy', 'Failed', 'FailedMount', 'BackOff'),
    message: fc.constantFrom('exceeded quota', 'Readiness probe failed', 'Failed to pull image "reg/app:2": not found'),
    involvedObject: fc.record({ uid: fc.constantFrom('d1', 'rs2', 'p2-0', 'p2-1'), name: fc.constant('app') }),
    lastTimestamp: fc.integer({ min: 12, max: 5_000 }).map(secondsAgo),
  });
  const view = fc.constantFrom<WorkloadView>(
    viewOf(),
    viewOf({ status: { updatedReplicas: 0 } }),
    broken(waitingFor('ImagePullBackOff', 'Back-off pulling image "reg/app:2"')),
    broken(waitingFor('CrashLoopBackOff')),
    broken({ state: { running: {} } }),
  );
  fc.assert(
    fc.property(view, fc.array(event, { maxLength: 30 }), (seen, events) => {
      const since = now - 10_000;
      const told = { ...seen, events: events as unknown as readonly KubernetesObject[] };
      expect(judged(told, { since })).toEqual(judged({ ...seen, events: [] }, { since }));
    }),
  );
});
