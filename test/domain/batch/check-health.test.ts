import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';

const catalogueWith = (health: string) => {
  const text = `clusters: { eu: { simulated: true } }\nharness: { simulated: true }\nservices: { risk: { api: { ${health} } } }`;
  const parsed = parseConfiguration(text, { env: {}, readFile: () => undefined });
  if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
  return parsed.configuration.catalogue;
};

const parse = (health: string, check: string) => {
  const catalogue = catalogueWith(health);
  const item = 'pillar: risk, service_name: api, docker_image_version: "1", docker_artifact_type: docker';
  const place = 'environment_id: staging, infrastructure_id: eu';
  const text = `version: v1.0\ndeployments:\n  - { ${item}, ${place}, metadata: { health_check: { ${check} } } }`;
  return { catalogue, parsed: parseBatch(text, catalogue) };
};

const told = (health: string, check: string): readonly string[] => {
  const { parsed } = parse(health, check);
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
};

const limits = 'health: { ports: [8080, 8081], paths: [/ready, /health/] }';
const of = 'is not allowed for a health check of risk/api; allowed:';

describe('what a health check may request', () => {
  test.each([
    ['path: /anything/at/all, port: 9990', ''],
    ['path: /ready, port: 8080', limits],
    ['path: "/ready?full=1", port: 8081', limits],
    ['path: /ready/deep', limits],
    ['path: /health/live', limits],
    ['port: 8081', limits],
    ['enabled: false, path: /metrics, port: 9990', limits],
    ['path: /metrics, port: 8080', 'health: { ports: [8080] }'],
    ['path: /ready, port: 9990', 'health: { paths: [/ready] }'],
    ['path: /metrics', 'health: { paths: [/] }'],
  ])('accepts %s with %j in the catalogue', (check, health) => {
    expect(told(health, check)).toEqual([]);
  });

  test.each([
    ['path: /metrics', `path: "/metrics" ${of} /ready, /health/`],
    ['path: /readyz', `path: "/readyz" ${of} /ready, /health/`],
    ['path: /health', `path: "/health" ${of} /ready, /health/`],
    ['path: "/?/ready"', `path: "/?/ready" ${of} /ready, /health/`],
    ['path: /ready, port: 9990', `port: 9990 ${of} 8080, 8081`],
  ])('refuses %s on its line', (check, problem) => {
    expect(told(limits, check)).toEqual([expect.stringMatching(/^3:\d+ deployments\[1\]\.metadata\.health_check\./)]);
    expect(told(limits, check)[0]).toContain(problem);
  });

  test.each([
    ['path: /ready', limits, 8080],
    ['path: /ready, port: 8081', limits, 8081],
    ['path: /ready', 'health: { paths: [/ready] }', undefined],
    ['path: /ready', '', undefined],
  ])('requests %s with %j on port %s', (check, health, port) => {
    const { catalogue, parsed } = parse(health, check);
    if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
    expect(planBatch(parsed.batch, catalogue).deployments[0]?.health_check.port).toBe(port);
  });

  test.each(['ports: []', 'ports: [0]', 'paths: [ready]', 'paths: [/a/../b]', 'path: /a'])(
    'the catalogue cannot contain %s',
    (health) => {
      expect(() => catalogueWith(`health: { ${health} }`)).toThrow(/services\.risk\.api\.health/);
    },
  );
});
