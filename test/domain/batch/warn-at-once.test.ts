import { expect, test } from 'vitest';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';

const configuration = `
clusters: { eu: { simulated: true } }
harness: { simulated: true }
pillars: { shared: { harness: { mode: webhook, pipeline: p, trigger: t, org: o, project: q } } }
environments: { prod: {}, staging: {} }
services:
  shared:
    web: { kubernetes: { strategy: { environments: [prod], canary: {} } } }
    api: {}
`;

const parsed = parseConfiguration(configuration, { env: {}, readFile: () => '' });
const catalogue = 'configuration' in parsed ? parsed.configuration.catalogue : undefined;

const warningsOf = (items: readonly string[]): readonly string[] => {
  const written = items.flatMap((item) => [
    `  - { pillar: shared, docker_image_version: "1", infrastructure_id: eu, ${item},`,
    '      docker_artifact_type: docker, at_once: true }',
  ]);
  const read = parseBatch(['version: v1.0', 'deployments:', ...written].join('\n'), catalogue!);
  if ('issues' in read) throw new Error(JSON.stringify(read.issues));
  return read.warnings;
};

const web = 'service_name: web, environment_id: prod, executor: kubernetes';
const api = 'service_name: api, environment_id: prod, executor: kubernetes';

test.each<readonly [string, string, readonly string[]]>([
  ['its service takes steps there', web, []],
  ['there is no strategy', api, ['Line 4: at_once of shared/api has no effect: its service has no strategy.']],
  [
    'the strategy is for other environments',
    web.replace('prod', 'staging'),
    ['Line 4: at_once of shared/web has no effect: the strategy of its service is not for staging.'],
  ],
  [
    'a pipeline deploys it',
    web.replace('kubernetes', 'harness'),
    ['Line 4: at_once of shared/web has no effect: the executor harness has no steps.'],
  ],
])('at_once where %s', (_, item, warnings) => {
  expect(warningsOf([item])).toEqual(warnings);
});

test('names the first of many, each with its line, and counts the others', () => {
  const services = Array.from({ length: 8 }, (_, index) => `s${index}`);
  const many = `${configuration}${services.map((name) => `    ${name}: {}\n`).join('')}`;
  const read = parseConfiguration(many, { env: {}, readFile: () => '' });
  if ('issues' in read) throw new Error(JSON.stringify(read.issues));
  const items = services.map(
    (name) =>
      `  - { pillar: shared, service_name: ${name}, docker_image_version: "1", docker_artifact_type: docker, infrastructure_id: eu, environment_id: prod, executor: kubernetes, at_once: true }`,
  );
  const batch = parseBatch(['version: v1.0', 'deployments:', ...items].join('\n'), read.configuration.catalogue);
  const why = 'has no effect: its service has no strategy.';
  expect(batch).toMatchObject({
    warnings: [
      ...services.slice(0, 5).map((name, index) => `Line ${index + 3}: at_once of shared/${name} ${why}`),
      'And at_once of 3 more has no effect.',
    ],
  });
});
