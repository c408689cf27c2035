import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { UpstreamCase } from './case.ts';
import { rules } from './rules.ts';
import { judgeCase, main } from './verdicts.ts';

const object = (kind: string, apiVersion: string, rest: JsonObject): JsonObject => ({
  ...{ apiVersion, kind, metadata: { name: 'web', generation: 1, uid: 'u' } },
  ...rest,
});
const custom = (status: JsonObject, more: JsonObject = {}) => object('Widget', 'example.com/v1', { status, ...more });
const is = (type: string, status: string, reason = 'Because'): JsonObject => ({ type, status, reason });
const argo = (status: string | null) => ({ status, message: '' });
const kstatus = (status: string) => ({ status, absentConditionTypes: [] });
const pod = (policy: string, status: JsonObject) =>
  object('Pod', 'v1', { spec: { restartPolicy: policy, containers: [{ name: 'c', image: 'i' }] }, status });
const running = { phase: 'Running', conditions: [is('Ready', 'True')] };
const counts = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const deployment = (status: JsonObject, spec: JsonObject = {}) =>
  object('Deployment', 'apps/v1', { spec: { replicas: 2, ...spec }, status });

type Row = readonly [what: string, object: JsonObject, expected: UpstreamCase['expected'], result: string];

const rows: readonly Row[] = [
  ['both say healthy', deployment(counts), kstatus('Current'), 'passed'],
  ['both wait', deployment({ ...counts, updatedReplicas: 1 }), { done: false }, 'passed'],
  ['both say failing', custom({ conditions: [is('Stalled', 'True')] }), kstatus('Failed'), 'passed'],
  ['nobody has an answer', custom({ what: 'ever' }), argo(null), 'passed'],
  ['we have no rule', custom({ what: 'ever' }), argo('Healthy'), 'refused'],
  ['we have no rule, and they wait', custom({ what: 'ever' }), argo('Progressing'), 'refused'],
  ['they fail what we find healthy', deployment(counts), argo('Degraded'), 'differed'],
  ['they wait for what we find healthy', deployment(counts), { ready: false }, 'differed'],
  [
    'they fail a Deployment that we wait for',
    deployment({ ...counts, updatedReplicas: 1 }),
    argo('Degraded'),
    'differed',
  ],
  [
    'a node may be on its way',
    pod('Always', { phase: 'Pending', conditions: [is('PodScheduled', 'False', 'Unschedulable')] }),
    kstatus('Failed'),
    'grace',
  ],
  [
    'nobody has counted, and pods are deleted by hand',
    object('DaemonSet', 'apps/v1', { spec: { updateStrategy: { type: 'OnDelete' } } }),
    { done: true, error: true },
    'by hand',
  ],
  [
    'Argo CD accepts pods that are deleted by hand',
    object('StatefulSet', 'apps/v1', {
      ...{ spec: { replicas: 2, updateStrategy: { type: 'OnDelete' } } },
      status: { ...counts, updatedReplicas: 1 },
    }),
    argo('Healthy'),
    'by hand',
  ],
  [
    'it is paused in the middle',
    deployment({ ...counts, updatedReplicas: 1 }, { paused: true }),
    { ready: false },
    'own words of failure',
  ],
  [
    'nothing is wanted yet',
    object('DaemonSet', 'apps/v1', { status: { observedGeneration: 1, desiredNumberScheduled: 0 } }),
    kstatus('Current'),
    'steady',
  ],
  [
    'a counter is not written',
    deployment({ observedGeneration: 1, updatedReplicas: 2, readyReplicas: 2 }),
    { ready: true },
    'unwritten count',
  ],
  [
    'maxUnavailable allows it',
    deployment(
      { ...counts, readyReplicas: 1, availableReplicas: 1 },
      { strategy: { rollingUpdate: { maxUnavailable: 1 } } },
    ),
    { ready: true },
    'all replicas',
  ],
  ['nothing allows it', deployment({ ...counts, readyReplicas: 1, availableReplicas: 1 }), { ready: true }, 'differed'],
  ['a job has begun', object('Job', 'batch/v1', { status: { active: 1 } }), kstatus('Current'), 'work must be done'],
  ['a pod has work to do', pod('Never', running), argo('Healthy'), 'work must be done'],
  ['a pod ended badly', pod('Always', { phase: 'Failed' }), kstatus('Current'), 'ended badly'],
  ['an object has no status', object('Widget', 'example.com/v1', {}), kstatus('Current'), 'says nothing'],
  ['kstatus knows no more than we', custom({ what: 'ever' }), kstatus('Current'), 'says nothing'],
  [
    'a part is not ready',
    custom({ conditions: [is('Ready', 'True'), is('StoreReady', 'False')] }),
    argo('Healthy'),
    'something against it',
  ],
  ['it is not ready', custom({ conditions: [is('Ready', 'False')] }), argo('Degraded'), 'not yet is not failed'],
  [
    'it says that it failed',
    custom({ conditions: [is('Failed', 'True')] }),
    argo('Progressing'),
    'own words of failure',
  ],
  [
    'it is suspended',
    custom({ conditions: [is('Ready', 'True')] }, { spec: { suspend: true } }),
    argo('Suspended'),
    'suspended',
  ],
  ['a paused Deployment has nothing left to do', deployment(counts, { paused: true }), argo('Suspended'), 'suspended'],
];

test.each(rows)('%s', (name, one, expected, result) => {
  const outcome = judgeCase({ name, object: one, expected });
  expect(outcome.rule ?? outcome.result, `${outcome.ours.verdict}: ${outcome.ours.message}`).toBe(result);
});

describe('the rules', () => {
  it('are few, and none turns a failed or running rollout healthy', () => {
    expect(rules.length).toBeLessThanOrEqual(12);
    expect(rules.filter(({ theirs, ours }) => ours.includes('healthy') && theirs.join() !== 'suspended')).toEqual([]);
  });

  it('are all needed by a case above', () => {
    const needed = new Set(rows.map(([, , , result]) => result));
    expect(rules.map(({ name }) => name).filter((name) => !needed.has(name))).toEqual([]);
  });
});

describe('the script', () => {
  const run = (...contents: readonly unknown[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-verdicts-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const files = contents.map((content, at) => {
      writeFileSync(join(folder, `${at}.json`), typeof content === 'string' ? content : JSON.stringify(content));
      return join(folder, `${at}.json`);
    });
    const lines: string[] = [];
    return { status: main(files, (line) => lines.push(line)), lines };
  };
  const file = (...all: readonly Row[]) => ({
    cases: all.map(([name, one, expected]) => ({ name, object: one, expected })),
  });
  const [agreed, refused, differed] = ['both say healthy', 'we have no rule', 'they fail what we find healthy'].map(
    (what) => rows.find(([name]) => name === what),
  ) as [Row, Row, Row];

  it('counts, and fails only on a difference', () => {
    const good = run(file(agreed, refused));
    expect([good.status, good.lines.at(-1)]).toEqual([0, '1 passed, 1 refused, 0 differed']);
    const bad = run(file(agreed), file(differed));
    expect([bad.status, bad.lines.at(-1)]).toEqual([1, '1 passed, 0 refused, 1 differed']);
  });

  it('puts the moment of the check where a case needs it', () => {
    const created = { ...agreed[1], metadata: { name: 'web', generation: 1, creationTimestamp: '$NOW' } };
    expect(run({ cases: [{ name: 'now', object: created, expected: agreed[2], relativeTime: true }] }).status).toBe(0);
  });

  it('skips a recording and says so', () => {
    const { status, lines } = run({ events: [{ t: 0, kind: 'Pod', type: 'ADDED', object: {} }] });
    expect(status).toBe(0);
    expect(lines[0]).toContain('is a recording of a cluster');
    expect(lines.at(-1)).toBe('0 passed, 0 refused, 0 differed');
  });

  it.each([['{'], ['[]'], [{ cases: [{ name: 'x' }] }]])('refuses %o', (content) =>
    expect(run(content).status).toBe(2),
  );

  it('wants files', () => expect(run().status).toBe(2));
});
