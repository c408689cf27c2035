import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { describeDeployment } from '../../../lib/domain/plan/describe-deployment.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { batchOf, batchText, item, simulated } from './reading.ts';

const example = (name: string): string => readFileSync(new URL(`../../../examples/${name}`, import.meta.url), 'utf8');
const env = { HARNESS_API_KEY: 'k', HARNESS_SHARED_TOKEN: 's', HARNESS_CLEARING_TOKEN: 'c' };

const catalogueOf = (name: string) => {
  const parsed = parseConfiguration(example(name), { readFile: example, env });
  if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
  expect(parsed.warnings).toEqual([]);
  return parsed.configuration.catalogue;
};

test('the release is valid without a configuration and with the example configuration', () => {
  const batch = batchOf(example('release.yaml'));
  expect(batch.deployments).toHaveLength(13);
  expect(new Set(batch.deployments.map(({ pillar }) => pillar))).toEqual(
    new Set(['shared', 'clearing', 'risk', 'data']),
  );
  const { deployments } = batchOf(example('release.yaml'), catalogueOf('flotilla.config.yaml'));
  // The defaults in that configuration give a pillar a priority, and health checks a timeout.
  expect(deployments).toMatchObject(batch.deployments.map(({ priority: _, health_check: __, ...rest }) => rest));
  const runner = deployments.find(({ service_name }) => service_name === 'stress-runner');
  expect(runner).toMatchObject({ priority: 8, health_check: { enabled: true, timeout: 30 } });
});

test('the release has one image that cannot be pulled, with a dependent, and one pipeline that fails', () => {
  const { deployments } = planBatch(batchOf(example('release.yaml')), simulated);
  const missing = deployments.find(({ docker_image_version }) => docker_image_version.endsWith('-missing'));
  const failing = deployments.find(({ docker_image_version }) => docker_image_version.endsWith('-pipeline-fails'));
  expect([missing?.key, failing?.key]).toEqual(['clearing/netting-engine', 'risk/exposure-calc']);
  for (const item of [missing, failing]) expect(item).toMatchObject({ rollback_strategy: 'automatic', retry_count: 1 });
  const skipped = deployments.filter(({ dependencies }) => dependencies.includes(missing?.index ?? -1));
  expect(skipped.map(({ key }) => key)).toEqual(['clearing/settlement-api']);
});

test('the example configuration shows every section, and both ways to call Harness', () => {
  const catalogue = catalogueOf('flotilla.config.yaml');
  expect(Object.keys(catalogue.services ?? {})).toEqual(['shared', 'clearing', 'risk', 'data']);
  expect(catalogue.pillars.shared?.harness?.mode).toBe('webhook');
  expect(catalogue.pillars.risk?.harness).toMatchObject({ mode: 'execute', org: 'risk_org', project: 'risk_services' });
  expect(Object.keys(catalogue.clusters)).toEqual(['eu-1', 'us-1', 'rehearsal']);
});

test('the configuration with inline services touches nothing real', () => {
  const catalogue = catalogueOf('flotilla.inline.config.yaml');
  expect(catalogue.simulated).toBe(true);
  expect(batchOf(batchText([item('login-api')]), catalogue).deployments).toHaveLength(1);
  expect(JSON.stringify(catalogue)).not.toContain('https://');
});

test('the configuration with steps uses them in the environment it names, and a hotfix takes none', () => {
  const catalogue = catalogueOf('flotilla.canary.config.yaml');
  const plannedOf = (more: string) => planBatch(batchOf(batchText([item('greeter', more)]), catalogue), catalogue);
  const shown = ['environment_id: prod', 'environment_id: staging', 'environment_id: prod, at_once: true'].map(
    (more) => {
      const [planned] = plannedOf(more).deployments;
      return describeDeployment(planned!, []).filter((line) => line.startsWith('takes over'));
    },
  );
  expect(shown).toEqual([
    [
      'takes over as a canary: 10, 30 and 50 % of the traffic by pods, 5 minutes each; it continues by itself once the checks are proven',
    ],
    [],
    ['takes over at once, without the steps of its service'],
  ]);
});
