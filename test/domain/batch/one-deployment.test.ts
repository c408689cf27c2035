import { expect, test } from 'vitest';
import { completeOne, type DeployedNow } from '../../../lib/domain/batch/one-deployment.ts';
import type { Catalogue, EnvironmentEntry } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';

const one = { key: 'risk/cva', version: '1.4.0', environment: 'uat' };
const here: DeployedNow = { infrastructure: 'here', artifact: 'docker' };
const there: DeployedNow = { infrastructure: 'there', artifact: 'helm' };

const catalogueWith = (uat: EnvironmentEntry): Catalogue => ({
  ...simulatedConfiguration().catalogue,
  environments: { uat },
});

const helmHere: EnvironmentEntry = { defaults: { infrastructure: 'here', docker_artifact_type: 'helm' } };

test.each([
  ['the given fields', { infrastructure: 'x', artifact: 'kustomize' }, helmHere, [there], ['x', 'kustomize']],
  ['else the defaults of the environment', {}, helmHere, [there], ['here', 'helm']],
  ['else what runs there now', {}, {}, [there], ['there', 'helm']],
  [
    'the artifact that was given, as the one that runs there',
    { infrastructure: 'here' },
    {},
    [here, there],
    ['here', 'docker'],
  ],
  ['each for itself', {}, { defaults: { infrastructure: 'here' } }, [here, there], ['here', 'docker']],
] as const)('%s counts', (_, said, environment, now, [infrastructure, artifact]) => {
  expect(completeOne({ ...one, ...said }, catalogueWith(environment), now)).toMatchObject({
    ...{ key: 'risk/cva', pillar: 'risk', service_name: 'cva', docker_image_version: '1.4.0' },
    ...{ environment_id: 'uat', infrastructure_id: infrastructure, docker_artifact_type: artifact },
    rollback_strategy: 'automatic',
  });
});

test('the defaults of the configuration count, with the environment first', () => {
  const catalogue: Catalogue = {
    ...catalogueWith({ defaults: { retry_count: 1, health_check: { path: '/ready' } } }),
    pillars: { risk: { defaults: { infrastructure_id: 'here', docker_artifact_type: 'helm', retry_count: 2 } } },
    defaults: { timeout: 90, rollback_strategy: 'none', health_check: { port: 8080 } },
  };
  expect(completeOne(one, catalogue, [there])).toMatchObject({
    ...{ infrastructure_id: 'here', docker_artifact_type: 'helm', timeout: 90, retry_count: 1, priority: 5 },
    ...{ rollback_strategy: 'none', health_check: { enabled: true, path: '/ready', port: 8080 } },
  });
});

test.each([
  [
    'it runs in several places',
    {},
    {},
    [here, there],
    /infrastructure risk\/cva has in uat: it runs in several.*: here, there\.$/,
  ],
  ['it was never deployed', {}, { infrastructures: ['a', 'b'] }, [], /never deployed there.*: a, b\.$/],
  ['it was never deployed, and everything is allowed', {}, {}, [], /never deployed there.*cluster-eu-1/],
  [
    'the artifact is unknown',
    { infrastructure: 'here' },
    {},
    [there],
    /artifact risk\/cva.*docker, helm, kustomize\.$/,
  ],
  ['the record has expired', {}, {}, [{ ...here, artifact: undefined }], /which artifact/],
] as const)('lists the choices where %s', (_, said, environment, now, problem) => {
  expect(completeOne({ ...one, ...said }, catalogueWith(environment), now)).toEqual({
    problem: expect.stringMatching(problem),
  });
});
