import { describe, expect, it } from 'vitest';
import { type WorkloadKind, workloadKinds } from '../../lib/domain/plan/plan.ts';
import { stringAt } from '../../lib/domain/rollout/kubernetes-object.ts';
import { judgeRollout } from '../../lib/domain/rollout/verdict.ts';
import { readCases, systems, type UpstreamCase } from './upstream-cases.ts';

const kindOf = ({ object }: UpstreamCase): WorkloadKind | undefined =>
  stringAt(object, 'apiVersion')?.match(/^(v1|apps\/v1|batch\/v1|extensions\/v1beta1)$/)
    ? workloadKinds.find((kind) => kind === stringAt(object, 'kind')?.toLowerCase())
    : undefined;

/** The cases hold no images: as a chart whose image the catalogue does not name. */
function judge(one: UpstreamCase, kind: WorkloadKind) {
  return judgeRollout({
    workload: { kind, name: stringAt(one.object, 'metadata', 'name') ?? '', namespace: 'default' },
    expected: { version: '1', artifactType: 'helm' },
    baseline: { exists: false },
    view: {
      workload: one.object,
      revisions: one.newReplicaSet === undefined ? [] : [one.newReplicaSet],
      pods: kind === 'pod' ? [one.object] : [],
    },
    now: Date.parse('2026-01-01T00:00:00Z'),
  });
}

describe.each(Object.entries(systems))('%s', (_, { file, meaning, differences }) => {
  const cases = readCases(file).flatMap((one) => {
    const kind = kindOf(one);
    return kind === undefined ? [] : [{ one, kind, name: one.name }];
  });

  it('has cases about the kinds that we verify', () => {
    expect(cases.length).toBeGreaterThan(5);
    expect(Object.keys(differences).filter((name) => !cases.some((one) => one.name === name))).toEqual([]);
  });

  it.each(cases)('$name', ({ one, kind }) => {
    const difference = differences[one.name];
    const theirs = meaning(one.expected);
    const { verdict, reason, message } = judge(one, kind);
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(message).not.toBe('');
    expect(verdict).toBe(difference?.ours ?? theirs);
    if (difference !== undefined)
      expect(difference.ours, 'the difference has gone: take it off the list').not.toBe(theirs);
  });
});
