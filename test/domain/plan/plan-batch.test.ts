import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch, Deployment } from '../../../lib/domain/batch/batch.ts';
import type { Catalogue, ServiceEntry } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { longestChain } from '../../../lib/domain/plan/graph.ts';
import type { Plan, PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { batch, deployment, graphBatch, randomGraph } from './random-graph.ts';

const { catalogue } = simulatedConfiguration();

const planOf = (graph: Parameters<typeof graphBatch>[0]): Plan => planBatch(graphBatch(graph), catalogue);
const holds = (law: (plan: Plan) => void): void => fc.assert(fc.property(randomGraph, (graph) => law(planOf(graph))));

/** The longest chain from a deployment, by definition rather than by the algorithm. */
const longest = (plan: Plan, next: (item: PlannedDeployment) => readonly number[]): number[] => {
  const known = new Map<number, number>();
  const lengthOf = (index: number): number => {
    const length = known.get(index) ?? 1 + Math.max(0, ...next(plan.deployments[index]!).map(lengthOf));
    known.set(index, length);
    return length;
  };
  return plan.deployments.map(({ index }) => lengthOf(index));
};

test('shows the one with the smaller nodes of two equally long chains', () => {
  expect(longestChain({ dependencies: [[], [0], [0]], dependents: [[2, 1], [], []] }, [2, 1, 1])).toEqual([0, 1]);
  expect(longestChain({ dependencies: [[], []], dependents: [[], []] }, [1, 1])).toEqual([0]);
});

describe('laws of a plan', () => {
  test('indexes count up, and dependencies have smaller ones', () => {
    holds(({ deployments }) => {
      deployments.forEach((item, index) => {
        expect(item.index).toBe(index);
        expect(item.dependencies).toEqual([...new Set(item.dependencies)].sort((a, b) => a - b));
        for (const dependency of item.dependencies) expect(dependency).toBeLessThan(index);
      });
    });
  });

  test('the plan has every deployment with the dependencies from its batch', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const written = graphBatch(graph);
        const plan = planBatch(written, catalogue);
        const edges = plan.deployments.map(({ key, dependencies }) => [
          key,
          dependencies.map((index) => plan.deployments[index]!.key).sort(),
        ]);
        const expected = written.deployments.map(({ key, dependencies }) => [key, dependencies.toSorted()]);
        expect(Object.fromEntries(edges)).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  test('levels are longest paths of dependencies, and critical paths are longest paths of dependents', () => {
    holds((plan) => {
      const dependents = plan.deployments.map(({ index }) =>
        plan.deployments.filter(({ dependencies }) => dependencies.includes(index)).map((item) => item.index),
      );
      const levels = longest(plan, ({ dependencies }) => dependencies).map((length) => length - 1);
      expect(plan.deployments.map(({ level }) => level)).toEqual(levels);
      const paths = longest(plan, ({ index }) => dependents[index]!);
      expect(plan.deployments.map(({ critical_path }) => critical_path)).toEqual(paths);
    });
  });

  test('ranks are a permutation by priority, critical path and file order', () => {
    holds(({ deployments }) => {
      const byRank = deployments.toSorted((a, b) => a.rank - b.rank);
      expect(byRank.map(({ rank }) => rank)).toEqual([...deployments.keys()]);
      const byRule = deployments.toSorted(
        (a, b) => b.priority - a.priority || b.critical_path - a.critical_path || a.position - b.position,
      );
      expect(byRank).toEqual(byRule);
    });
  });

  test('the order is the one-at-a-time order: the smallest free rank goes first', () => {
    holds(({ deployments }) => {
      const left = new Set(deployments);
      for (const item of deployments) {
        const free = [...left].filter(({ dependencies }) =>
          dependencies.every((index) => !left.has(deployments[index]!)),
        );
        expect(item.rank).toBe(Math.min(...free.map(({ rank }) => rank)));
        left.delete(item);
      }
    });
  });

  test('the critical path is a longest chain', () => {
    holds(({ critical_path, deployments }) => {
      const chain = critical_path.map((key) => deployments.find((item) => item.key === key)!);
      expect(chain).toHaveLength(Math.max(...deployments.map((item) => item.critical_path)));
      chain.slice(1).forEach((item, at) => {
        expect(item.dependencies).toContain(chain[at]!.index);
      });
    });
  });
});

describe('what a deployment resolves to', () => {
  const service = { kind: 'statefulset', name: 'prefs', container: 'app', image: 'registry/prefs' } as const;
  const real: Catalogue = {
    simulated: false,
    pillars: {
      shared: { max_concurrency: 3, harness: { ...catalogue.pillars.shared!.harness!, pipeline: 'own' } },
      risk: { max_concurrency: 9 },
    },
    services: {
      shared: { s1: { ...service, health_url: 'https://prefs/ready' }, s2: { ...service, namespace: 'mapped' } },
    },
    environments: { staging: { max_concurrency: 5 }, production: { max_concurrency: 1 } },
    clusters: { 'eu-1': { simulated: false, max_concurrency: 10 }, 'us-1': { simulated: false, max_concurrency: 8 } },
    infrastructures: { ns: { cluster: 'eu-1', namespace: 'blue' } },
    harness: { simulated: false, account: 'acme', max_concurrency: 20 },
  };
  const planned = (catalogueOf: Catalogue, ...items: Deployment[]) => planBatch(batch(items), catalogueOf);

  test.each([
    ['ns', 1, 'eu-1', 'blue'],
    ['ns', 2, 'eu-1', 'mapped'],
    ['us-1', 1, 'us-1', 'default'],
    ['us-1', 2, 'us-1', 'mapped'],
  ])(
    'on infrastructure %s service %i is on cluster %s in namespace %s',
    (infrastructure_id, position, cluster, namespace) => {
      const [item] = planned(real, deployment(position, { infrastructure_id })).deployments;
      expect(item).toMatchObject({
        cluster,
        target: `staging/${cluster}/shared/s${position}`,
        workload: { ...service, namespace },
      });
    },
  );

  test('a service without an entry is in the namespace of its pillar when everything is simulated', () => {
    expect(planned(catalogue, deployment(1)).deployments[0]?.workload).toEqual({
      kind: 'deployment',
      name: 's1',
      namespace: 'shared',
    });
  });

  test.each<[what: string, entry: Partial<ServiceEntry>, item: Partial<Deployment>, rollout: object | undefined]>([
    ['by default', {}, {}, undefined],
    [
      'as the catalogue says',
      { crash_tolerance: 5, steady_seconds: 0, unblock: true },
      {},
      { crash_tolerance: 5, steady_seconds: 0, unblock: true },
    ],
    [
      'as the batch says',
      { crash_tolerance: 5, unblock: true },
      { crash_tolerance: 0, unblock: false },
      { crash_tolerance: 0 },
    ],
    ['as both say', { crash_tolerance: 5 }, { steady_seconds: 60 }, { crash_tolerance: 5, steady_seconds: 60 }],
    ['by default, written out', { unblock: false }, { unblock: false }, undefined],
  ])('a rollout is judged %s', (_, entry, item, rollout) => {
    const of: Catalogue = { ...catalogue, services: { shared: { s1: { kind: 'deployment', name: 's1', ...entry } } } };
    expect(planned(of, deployment(1, item)).deployments[0]?.rollout).toEqual(rollout);
  });

  test('adds the health URL of the catalogue to the health check', () => {
    const items = [1, 2].map((position) =>
      deployment(position, { infrastructure_id: 'ns', health_check: { enabled: true, path: '/x' } }),
    );
    expect(planned(real, ...items).deployments.map(({ health_check }) => health_check)).toEqual([
      { enabled: true, path: '/x', url: 'https://prefs/ready' },
      { enabled: true, path: '/x' },
    ]);
  });

  test('the environment says whether bad health check answers are kept', () => {
    const of: Catalogue = { ...catalogue, environments: { staging: { keep_health_answers: true }, production: {} } };
    const items = [deployment(1), deployment(2, { environment_id: 'production' })];
    const [kept, dropped] = planned(of, ...items).deployments.map(({ health_check }) => health_check);
    expect([kept?.keep_answer, dropped]).toEqual([
      true,
      expect.not.objectContaining({ keep_answer: expect.anything() }),
    ]);
  });

  test('the executor has its account and the settings of the pillar', () => {
    const [item] = planned(real, deployment(1, { infrastructure_id: 'ns' })).deployments;
    expect(item?.executor).toMatchObject({ name: 'harness', account: 'harness:acme', settings: { pipeline: 'own' } });
    expect(planned(catalogue, deployment(1)).deployments[0]?.executor.account).toBe('harness:simulated');
  });

  test('has only the limits that concern the plan', () => {
    expect(planned(real, deployment(1, { infrastructure_id: 'ns' })).limits).toEqual({
      'environment:staging': 5,
      'pillar:shared': 3,
      'cluster:eu-1': 10,
      'executor:harness:acme': 20,
    });
    expect(planned(catalogue, deployment(1)).limits).toEqual({});
  });

  test.each([
    ['the unknown dependency shared/gone', [deployment(1, { dependencies: ['shared/gone'] })]],
    ['the unknown infrastructure mars', [deployment(1, { infrastructure_id: 'mars' })]],
    [
      'a cycle of dependencies',
      [deployment(1, { dependencies: ['shared/s2'] }), deployment(2, { dependencies: ['shared/s1'] })],
    ],
  ])('a batch with %s did not come from parseBatch', (what, items) => {
    const told = { name: 'ContractBroken', message: `A batch with ${what} cannot be planned.` };
    expect(() => planBatch(batch(items), catalogue)).toThrow(expect.objectContaining(told));
  });

  test("its warnings are the batch's warnings", () => {
    expect(planned(catalogue, deployment(1)).warnings).toEqual([]);
    expect(planBatch(batch([deployment(1)]), catalogue, { warnings: ['w'] }).warnings).toEqual(['w']);
  });
});

describe('the plan hash', () => {
  const base = batch([deployment(1), deployment(2), deployment(3, { dependencies: ['shared/s1', 'shared/s2'] })]);
  const hashOf = (written: Batch, of: Catalogue = catalogue): string => planBatch(written, of).plan_hash;
  const patched = (position: number, fields: Partial<Deployment>): Batch => ({
    ...base,
    deployments: base.deployments.map((item) => (item.position === position ? { ...item, ...fields } : item)),
  });

  const same: readonly (readonly [what: string, batch: Batch])[] = [
    ['lines', patched(2, { line: 99 })],
    ['metadata of the batch', { ...base, metadata: { name: 'x', created: '2026-01-01T00:00:00Z' } }],
    ['the order of dependencies', patched(3, { dependencies: ['shared/s2', 'shared/s1'] })],
    [
      'the order of keys',
      {
        ...base,
        deployments: base.deployments.map(
          (item) => Object.fromEntries(Object.entries(item).reverse()) as unknown as Deployment,
        ),
      },
    ],
  ];
  test.each(same)('does not depend on %s', (_, written) => {
    expect(hashOf(written)).toBe(hashOf(base));
  });

  const changes: readonly (readonly [what: string, batch: Batch])[] = [
    ['version', patched(1, { docker_image_version: '1.0.1' })],
    ['artifact type', patched(1, { docker_artifact_type: 'helm' })],
    ['environment', patched(1, { environment_id: 'production' })],
    ['infrastructure', patched(1, { infrastructure_id: 'cluster-us-1' })],
    ['priority', patched(1, { priority: 6 })],
    ['timeout', patched(1, { timeout: 901 })],
    ['retries', patched(1, { retry_count: 2 })],
    ['rollback strategy', patched(1, { rollback_strategy: 'none' })],
    ['tags', patched(1, { tags: ['x'] })],
    ['dependencies', patched(3, { dependencies: ['shared/s1'] })],
    ['health check', patched(1, { health_check: { enabled: true, path: '/x' } })],
    ['port of the health check', patched(1, { health_check: { enabled: true, port: 81 } })],
    ['time of the health check', patched(1, { health_check: { enabled: true, timeout: 7 } })],
    ['tolerated crashes', patched(1, { crash_tolerance: 0 })],
    ['minimum uptime of a container', patched(1, { steady_seconds: 0 })],
    ['right to delete a broken pod', patched(1, { unblock: true })],
    ['health check off', patched(1, { health_check: { enabled: false } })],
    [
      'file order',
      { ...base, deployments: base.deployments.toReversed().map((item, at) => ({ ...item, position: at + 1 })) },
    ],
    ['one deployment less', { ...base, deployments: base.deployments.slice(0, 2) }],
    ['strategy', { ...base, strategy: { ...base.strategy, on_failure: 'stop' } }],
    ['concurrency', { ...base, strategy: { ...base.strategy, max_concurrency: 6 } }],
  ];
  test.each(changes)('changes with the %s', (_, written) => {
    expect(hashOf(written)).not.toBe(hashOf(base));
  });

  const shared = catalogue.pillars.shared!;
  const catalogues: readonly (readonly [what: string, catalogue: Catalogue, changes: boolean])[] = [
    [
      'the pipeline',
      { ...catalogue, pillars: { ...catalogue.pillars, shared: { harness: { ...shared.harness!, pipeline: 'x' } } } },
      true,
    ],
    [
      'a limit that applies',
      { ...catalogue, pillars: { ...catalogue.pillars, shared: { ...shared, max_concurrency: 2 } } },
      true,
    ],
    ['the account', { ...catalogue, harness: { simulated: true, account: 'other' } }, true],
    ...[
      { kind: 'job' },
      { name: 'x' },
      { namespace: 'x' },
      { container: 'x' },
      { image: 'x' },
      { health_url: 'x' },
      { crash_tolerance: 3 },
    ].map((entry): (typeof catalogues)[number] => [
      `another ${Object.keys(entry)[0]} in the mapping`,
      { ...catalogue, services: { shared: { s1: { kind: 'deployment', name: 's1', ...entry } as ServiceEntry } } },
      true,
    ]),
    [
      'a mapping that says that no pod is deleted',
      { ...catalogue, services: { shared: { s1: { kind: 'deployment', name: 's1', unblock: false } } } },
      false,
    ],
    [
      'a mapping that states the default',
      { ...catalogue, services: { shared: { s1: { kind: 'deployment', name: 's1' } } } },
      false,
    ],
    ['kept answers of health checks', { ...catalogue, environments: { staging: { keep_health_answers: true } } }, true],
    ['another pillar', { ...catalogue, pillars: { ...catalogue.pillars, risk: { max_concurrency: 2 } } }, false],
  ];
  test.each(catalogues)('and with %s of the catalogue: %#', (_, of, isChange) => {
    expect(hashOf(base, of) !== hashOf(base)).toBe(isChange);
  });

  test('differs between infrastructures, even on the same cluster', () => {
    const entry = { cluster: 'cluster-eu-1', namespace: 'shared' };
    const of = { ...catalogue, infrastructures: { one: entry, other: entry } };
    const hashes = ['one', 'other'].map((infrastructure_id) => hashOf(patched(1, { infrastructure_id }), of));
    expect(new Set(hashes).size).toBe(2);
  });

  test('is SHA-256 in hex', () => {
    expect(hashOf(base)).toMatch(/^[0-9a-f]{64}$/);
  });
});
