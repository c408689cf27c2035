import { describe, expect, it, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { metricsRole } from '../../../lib/domain/catalogue/deployer-role.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { issuesOf } from '../batch/reading.ts';

const read = (cluster: string, check = '{name: errors, prometheus: q, max: 5}', more = '') =>
  parseConfiguration(
    `clusters: {eu: {eks: eu${cluster}}}
services: {shared: {web: {namespace: web, kubernetes: {strategy: {canary: {${more}checks: [${check}]}}}}}}
`,
    { env: {}, readFile: () => undefined },
  );

const problems = (...asked: Parameters<typeof read>): readonly string[] => {
  const parsed = read(...asked);
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
};

const catalogueOf = (cluster: string): Catalogue => {
  const parsed = read(cluster);
  if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
  return parsed.configuration.catalogue;
};

describe('where a cluster keeps its metrics', () => {
  it.each([
    ['{service: monitoring/prometheus:9090}', { namespace: 'monitoring', service: 'prometheus', port: 9090 }],
    [
      '{service: "a-1/thanos-query:10902", path_prefix: /prom/x}',
      { namespace: 'a-1', service: 'thanos-query', port: 10902, path_prefix: '/prom/x' },
    ],
  ])('reads %s', (written, entry) => {
    expect(catalogueOf(`, prometheus: ${written}`).clusters.eu?.prometheus).toEqual(entry);
  });

  it.each([
    ['{service: prometheus:9090}', 'is not namespace/name:port'],
    ['{service: "m/prometheus:0"}', 'is not namespace/name:port'],
    ['{service: "m/../x:90"}', 'is not namespace/name:port'],
    ['{service: "m/p:90", path_prefix: /../x}', 'is not the beginning of a path'],
    ['{service: "m/p:90", path_prefix: "/x?"}', 'is not the beginning of a path'],
    ['{}', 'service'],
  ])('refuses %s', (written, told) => {
    const [problem, ...others] = problems(`, prometheus: ${written}`);
    expect(problem).toMatch(/^1:\d+ clusters\.eu\.prometheus/);
    expect([problem, others]).toEqual([expect.stringContaining(told), []]);
  });

  it('is one port of one Service, for all deployments', () => {
    const [role, binding] = metricsRole({ namespace: 'monitoring', service: 'prometheus', port: 9090 });
    const name = 'flotilla-deployer-metrics';
    expect([role, binding]).toMatchObject([
      {
        kind: 'Role',
        metadata: { name, namespace: 'monitoring' },
        rules: [{ apiGroups: [''], resources: ['services/proxy'], resourceNames: ['prometheus:9090'], verbs: ['get'] }],
      },
      { kind: 'RoleBinding', roleRef: { kind: 'Role', name }, subjects: [{ name: 'flotilla-deployer' }] },
    ]);
  });
});

test.each([
  ['{name: a, prometheus: "x{p=~\\"{{canary}}-.*\\",n=\\"{{namespace}}\\"}", max: 1}', '', []],
  ['{name: a, prometheus: "x{s=\\"{{service}}\\"}", max: 1}', 'route: web, service: web, ', []],
  [
    '{name: a, prometheus: "x{s=\\"{{service}}\\"}", max: 1}',
    '',
    ['checks[1].prometheus: uses {{service}}, but the strategy names no service'],
  ],
  [
    '{name: a, prometheus: "{{canry}}", max: 1}',
    '',
    [
      'checks[1].prometheus: there is no placeholder "canry"; known: canary, workload, namespace (did you mean canary?)',
    ],
  ],
  [
    '{name: a, cloudwatch: {metrics: {m: {namespace: N, name: n, statistic: Sum, dimensions: {D: "{{x}}"}}}}, max: 1}',
    '',
    ['checks[1].cloudwatch.metrics.m.dimensions.D: there is no placeholder "x"; known: canary, workload, namespace'],
  ],
])('names in a check are names of objects: %s', (check, more, told) => {
  const found = problems('', check, more);
  expect(found.map((one) => one.replace(/^2:\d+ .*?canary\./, ''))).toEqual(told);
});

describe('a batch with unreadable checks', () => {
  const batch = `version: v1.0
deployments:
  - pillar: shared
    service_name: web
    docker_image_version: "2"
    docker_artifact_type: docker
    environment_id: prod
    infrastructure_id: eu
`;

  it('is refused, with the line of the place where it is deployed', () => {
    expect(issuesOf(batch, catalogueOf('')).map(describeIssue)).toEqual([
      '8:24 deployments[1].infrastructure_id: the steps of shared/web check errors in Prometheus, but the cluster eu has no Prometheus configured (set clusters.eu.prometheus.service in the configuration, or write at_once: true)',
    ]);
  });

  it('is accepted if it takes no steps', () => {
    expect(parseBatch(`${batch}    at_once: true\n`, catalogueOf(''))).toHaveProperty('batch');
  });

  it('is accepted if the cluster has a Prometheus', () => {
    expect(parseBatch(batch, catalogueOf(', prometheus: {service: m/p:90}'))).toHaveProperty('batch');
  });
});
