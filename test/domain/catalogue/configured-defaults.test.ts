import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../lib/domain/batch/batch.ts';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { type ItemDefaults, mergeDefaults } from '../../../lib/domain/batch/item-defaults.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { configuredDefaults } from '../../../lib/domain/catalogue/configured-defaults.ts';
import { executorAccounts } from '../../../lib/domain/catalogue/executor-accounts.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { requestPlace } from '../../../lib/domain/requests/request-place.ts';
import { simulated } from '../batch/reading.ts';

const clusters = 'clusters: { eu: { simulated: true }, us: { simulated: true } }';
const harness = 'harness: { simulated: true }';

const read = (...lines: readonly string[]) =>
  parseConfiguration([clusters, ...lines].join('\n'), { readFile: () => undefined, env: {} });

const catalogueOf = (...lines: readonly string[]): Catalogue => {
  const parsed = read(...lines);
  if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
  return parsed.configuration.catalogue;
};

const problemsOf = (...lines: readonly string[]): readonly string[] => {
  const parsed = read(...lines);
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
};

/** A batch of one deployment, with these fields and defaults. */
const oneOf = (catalogue: Catalogue, item: string, defaults = ''): Deployment | readonly string[] => {
  const fields = `pillar: risk, service_name: cva, docker_image_version: "1"${item === '' ? '' : `, ${item}`}`;
  const text = `version: v1.0\ndefaults: { ${defaults} }\ndeployments:\n  - { ${fields} }`;
  const parsed = parseBatch(text, catalogue);
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : parsed.batch.deployments[0]!;
};

const everything = [
  harness,
  'defaults: { environment_id: dev, infrastructure_id: us, docker_artifact_type: helm, timeout: 100, retry_count: 0, priority: 1, rollback_strategy: none, health_check: { path: /all, port: 1, timeout: 1 } }',
  'pillars: { risk: { defaults: { timeout: 200, retry_count: 1, priority: 2, rollback_strategy: manual, health_check: { path: /pillar, port: 2 } } } }',
  'environments: { dev: { defaults: { timeout: 300, retry_count: 2, priority: 3, health_check: { path: /environment } } }, uat: { defaults: { infrastructure_id: eu, docker_artifact_type: Kustomize } } }',
];

describe('the most specific layer wins', () => {
  test.each<[name: string, item: string, defaults: string, expected: Partial<Deployment>]>([
    [
      'the environment wins over the pillar, the pillar over the general defaults, for each field',
      '',
      '',
      {
        ...{ environment_id: 'dev', infrastructure_id: 'us', docker_artifact_type: 'helm' },
        ...{ timeout: 300, retry_count: 2, priority: 3, rollback_strategy: 'manual' },
        health_check: { enabled: true, path: '/environment', port: 2, timeout: 1 },
      },
    ],
    [
      'another environment has other defaults',
      'environment_id: uat',
      '',
      { infrastructure_id: 'eu', docker_artifact_type: 'kustomize', timeout: 200, retry_count: 1 },
    ],
    ['the batch may choose the environment', '', 'environment_id: uat', { environment_id: 'uat', timeout: 200 }],
    [
      'the batch wins over the configuration',
      '',
      'timeout: 400, rollback_strategy: automatic, health_check: { port: 4 }',
      {
        ...{ timeout: 400, retry_count: 2, rollback_strategy: 'automatic' },
        health_check: { enabled: true, path: '/environment', port: 4, timeout: 1 },
      },
    ],
    [
      'the item wins over everything',
      'metadata: { timeout: 500, priority: 9, rollback_strategy: none, health_check: { enabled: false, port: 5 } }',
      'timeout: 400, health_check: { port: 4, timeout: 4 }',
      {
        ...{ timeout: 500, priority: 9, rollback_strategy: 'none' },
        health_check: { enabled: false, path: '/environment', port: 5, timeout: 4 },
      },
    ],
  ])('%s', (_, item, defaults, expected) => {
    expect(oneOf(catalogueOf(...everything), item, defaults)).toMatchObject(expected);
  });

  test('the format has the last defaults', () => {
    const item = 'environment_id: dev, infrastructure_id: eu, docker_artifact_type: docker';
    expect(oneOf(catalogueOf(harness, 'pillars: { risk: }'), item)).toMatchObject({
      ...{ timeout: 1800, retry_count: 3, priority: 5, rollback_strategy: 'manual', executor: 'harness' },
      health_check: { enabled: true },
    });
  });

  const fields = {
    timeout: fc.constantFrom(100, 200, 300),
    retry_count: fc.constantFrom(0, 1, 2),
    rollback_strategy: fc.constantFrom('automatic', 'manual', 'none'),
    health_check: fc.record({ path: fc.constantFrom('/a', '/b'), port: fc.nat(2) }, { requiredKeys: [] }),
  } as const;
  const layer = fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<ItemDefaults>;

  test('each field comes from the first layer that has it, and nothing else is set', () => {
    const firstOf = (layers: readonly object[], field: string): unknown =>
      layers.map((one) => (one as Readonly<Record<string, unknown>>)[field]).find((value) => value !== undefined);
    fc.assert(
      fc.property(fc.array(layer, { maxLength: 5 }), (layers) => {
        const { health_check: check = {}, ...merged } = mergeDefaults(layers);
        const checks = layers.map(({ health_check = {} }) => health_check);
        for (const field of ['timeout', 'retry_count', 'rollback_strategy'])
          expect(firstOf([merged], field)).toBe(firstOf(layers, field));
        for (const field of ['path', 'port']) expect(firstOf([check], field)).toBe(firstOf(checks, field));
        expect(
          Object.keys({ ...merged, ...check }).every((field) => firstOf([...layers, ...checks], field) !== undefined),
        ).toBe(true);
      }),
    );
  });
});

test('an older stored catalogue has the older name, and no other defaults', () => {
  const stored: Catalogue = {
    ...simulated,
    environments: { dev: { defaults: { infrastructure: 'cluster-us-1' } } },
  };
  expect(configuredDefaults(stored, { pillar: 'risk', environment: 'dev' })).toEqual({
    infrastructure_id: 'cluster-us-1',
  });
  expect(configuredDefaults(simulated, { pillar: 'risk', environment: 'dev' })).toEqual({});
});

describe('an executor', () => {
  const services =
    'services: { risk: { cva: { executor: harness }, own: { }, kube: { executor: kubernetes } } }\npillars: { risk: { harness: { pipeline: p }, defaults: { executor: kubernetes } } }';
  const place = 'environment_id: dev, infrastructure_id: eu, docker_artifact_type: docker';
  const executorOf = (service: string, item: string): unknown => {
    const of = { ...catalogueOf(harness, services), simulated: false };
    const text = `version: v1.0\ndefaults: { ${place} }\ndeployments:\n  - { pillar: risk, service_name: ${service}, docker_image_version: "1"${item} }`;
    const parsed = parseBatch(text, of);
    return 'issues' in parsed ? parsed.issues.map(describeIssue) : parsed.batch.deployments[0]!.executor;
  };

  test.each([
    ['comes from the service before the defaults', 'cva', '', 'harness'],
    ['comes from the defaults if the service has none', 'own', '', 'kubernetes'],
    ['comes from the item before both', 'own', ', executor: harness', 'harness'],
  ])('%s', (_, service, item, expected) => {
    expect(executorOf(service, item)).toBe(expected);
  });

  test("in the defaults does not override a service's own", () => {
    expect(executorOf('cva', ', executor: kubernetes')).toEqual([
      expect.stringContaining('risk/cva is deployed by Harness'),
    ]);
  });

  test('in the defaults must exist', () => {
    const named = (line: string) => executorAccounts(catalogueOf(harness, line)).map(({ account }) => account);
    expect(named('pillars: { risk: }')).toEqual(['harness:simulated']);
    expect(named('environments: { dev: { defaults: { executor: kubernetes } } }')).toEqual([
      ...['harness:simulated', 'kubernetes:eu', 'kubernetes:us'],
    ]);
  });
});

describe('reports wrong defaults in a configuration where they are', () => {
  test.each([
    ['defaults: { retry_count: 9 }', '3:26 defaults.retry_count: the number 9 is over 5'],
    ['defaults: { retries: 1 }', 'defaults.retries: unknown key'],
    ['defaults: { executor: helm }', 'defaults.executor: there is no executor "helm"; known: harness, kubernetes'],
    ['defaults: { infrastructure_id: ue }', 'there is no infrastructure "ue"; known: eu, us (did you mean'],
    [
      'defaults: { environment_id: prod }\nenvironments: { dev: }',
      'defaults.environment_id: there is no environment "prod"; known: dev',
    ],
    ['pillars: { risk: { defaults: { rollback_strategy: auto } } }', 'pillars.risk.defaults.rollback_strategy: "auto"'],
    [
      'environments: { dev: { defaults: { environment_id: dev } } }',
      'environments.dev.defaults.environment_id: unknown',
    ],
    [
      'environments: { dev: { defaults: { infrastructure: eu, infrastructure_id: eu } } }',
      'defaults.infrastructure: is the older name of infrastructure_id; use only one of the two (remove infrastructure)',
    ],
    [
      'environments: { dev: { infrastructures: [eu], defaults: { infrastructure_id: us } } }',
      'defaults.infrastructure_id: is not one of the infrastructures of this environment',
    ],
    ['environments: { dev: { defaults: { health_check: { path: x } } } }', 'health_check.path: "x" has no slash'],
  ])('%s', (line, problem) => {
    const found = problemsOf(harness, line);
    expect(found).toEqual([expect.stringContaining(problem)]);
  });

  test('Harness is no default without a Harness', () => {
    expect(problemsOf('defaults: { executor: harness }')).toEqual([
      expect.stringContaining('names Harness, but the configuration has no section harness (write kubernetes'),
    ]);
  });
});

test('reports wrong defaults of a batch once, at the defaults', () => {
  const catalogue = catalogueOf(...everything);
  expect(oneOf(catalogue, '', 'rollback_strategy: auto, health_check: { pth: /x }')).toEqual([
    expect.stringContaining('2:32 defaults.rollback_strategy: "auto" is not one of'),
    expect.stringContaining('defaults.health_check.pth: unknown key'),
  ]);
});

test('reports on the item a default health check that its service does not allow, with its origin', () => {
  const catalogue = catalogueOf(
    harness,
    'services: { risk: { cva: { health: { paths: [/own] } } } }',
    'pillars: { risk: }',
  );
  const place = 'environment_id: dev, infrastructure_id: eu, docker_artifact_type: docker';
  expect(oneOf(catalogue, place, 'health_check: { path: /ready }')).toEqual([
    expect.stringMatching(/^4:5 .*"\/ready" is not allowed.*allowed: \/own \(it comes from the defaults: set/),
  ]);
});

test('reports on the item a configured infrastructure where the environment may not run', () => {
  const catalogue = catalogueOf(
    ...[harness, 'defaults: { environment_id: dev, infrastructure_id: us, docker_artifact_type: docker }'],
    'environments: { dev: { infrastructures: [eu] } }',
  );
  expect(oneOf(catalogue, '')).toEqual([
    expect.stringContaining('4:5 deployments[1]: environment "dev" may not run on "us"; allowed: eu'),
  ]);
});

describe('single requests', () => {
  const three = 'environments: { dev: , uat: }';
  test.each([
    ['their own section first', 'requests: { environment: uat, infrastructure: us }', ['uat', 'us']],
    ['else the defaults', 'requests: {}', ['dev', 'eu']],
  ])('go where %s says', (_, line, [environment, infrastructure]) => {
    const catalogue = catalogueOf(three, 'defaults: { environment_id: dev, infrastructure_id: eu }', line);
    expect(requestPlace(catalogue)).toEqual({ environment, infrastructure, pillar: 'requests' });
  });
});
