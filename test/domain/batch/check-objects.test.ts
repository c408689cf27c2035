import { expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import type { Catalogue, ServiceEntry } from '../../../lib/domain/catalogue/catalogue.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { batchOf, batchText, item, simulated } from './reading.ts';

const entry = (name: string, more: Partial<ServiceEntry> = {}): ServiceEntry => ({ kind: 'deployment', name, ...more });

/** Two names for one cluster, and two infrastructures on it. */
const catalogue: Catalogue = {
  ...simulated,
  services: { shared: { blue: entry('api'), green: entry('api'), other: entry('other') } },
  clusters: { ...simulated.clusters, twin: { simulated: true } },
  infrastructures: {
    ops: { cluster: 'cluster-eu-1', namespace: 'ops' },
    sre: { cluster: 'cluster-eu-1', namespace: 'ops' },
    away: { cluster: 'cluster-eu-1', namespace: 'away' },
    twin: { cluster: 'twin', namespace: 'ops' },
  },
};

const at = (name: string, infrastructure: string) => item(name, `infrastructure_id: ${infrastructure}`);
const problemsOf = (items: readonly string[], namesOf?: (cluster: string) => readonly string[]): string[] => {
  const parsed = parseBatch(batchText(items), catalogue, { sureNamesOf: namesOf });
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
};

const overwrites = '(one would overwrite the other; a batch may change an object only once)';

test('refuses two infrastructures that lead to one object, and names both', () => {
  expect(problemsOf([at('other', 'ops'), at('blue', 'ops'), at('green', 'sre')])).toEqual([
    `6:37 deployments[3].service_name: shared/green on sre leads to deployment ops/api on cluster-eu-1, and so does shared/blue on ops on line 5 ${overwrites}`,
  ]);
});

test.each([
  ['another namespace', [at('blue', 'ops'), at('green', 'away')]],
  ['another cluster', [at('blue', 'ops'), at('green', 'twin')]],
  ['another object', [at('blue', 'ops'), at('other', 'ops')]],
])('%s is a different object', (_, items) => expect(problemsOf(items)).toEqual([]));

test('two names of one cluster lead to one object as soon as that is known', () => {
  const items = [at('blue', 'ops'), at('green', 'twin')];
  const [problem] = problemsOf(items, () => ['a', 'b']);
  expect(problem).toContain(
    'shared/green on twin leads to deployment ops/api on twin, and so does shared/blue on ops on line 4',
  );
});

test('reports a service that appears twice as a duplicate, and nothing else', () => {
  expect(problemsOf([at('blue', 'ops'), at('blue', 'sre')])).toEqual([
    expect.stringContaining('shared/blue is already on line 4'),
  ]);
});

test('planning finds what was learned after the batch was accepted', () => {
  const batch = batchOf(batchText([at('blue', 'ops'), at('green', 'twin')]), catalogue);
  expect(planBatch(batch, catalogue).deployments).toHaveLength(2);
  expect(() => planBatch(batch, catalogue, { namesOf: () => ['one'] })).toThrow(
    'shared/blue on ops and shared/green on twin change the same object: deployment ops/api on twin.',
  );
});

test('clusters that may be the same share a lock and cause no error', () => {
  const batch = batchOf(batchText([at('blue', 'ops'), at('green', 'twin')]), catalogue);
  const plan = planBatch(batch, catalogue, { namesOf: () => ['a', 'b'], sureNamesOf: (cluster) => [cluster] });
  expect(plan.locks).toEqual([0, 1].map(() => ['/a/ops/deployment/api', '/b/ops/deployment/api']));
});
