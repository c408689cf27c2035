import { expect, test } from 'vitest';
import { setVersions } from '../../../lib/domain/batch/set-versions.ts';

const yaml = `# keep this
version: v1.0
deployments:
  - pillar: Risk   # capital
    service_name: cva
    docker_image_version: 1.10      # not a number
    metadata: { dependencies: [fx] }
  - { pillar: risk, service_name: fx, docker_image_version: "2.0.0", docker_artifact_type: docker }
`;
const short = `version: v1.0
releases:
  Risk:
    cva: 1.10    # not a number
    fx: { version: '2.0', priority: 9 }
`;
const json = JSON.stringify(
  { deployments: [{ pillar: 'risk', service_name: 'cva', docker_image_version: '1' }] },
  null,
  '\t',
);

test.each([
  ['a plain one', yaml, { 'risk/cva': '1.4.0' }, yaml.replace('1.10  ', '"1.4.0"  ')],
  ['one in quotes', yaml, { 'risk/fx': '3' }, yaml.replace('"2.0.0"', '"3"')],
  [
    'both',
    yaml,
    { 'risk/fx': '3', 'risk/cva': '1.4.0' },
    yaml.replace('1.10  ', '"1.4.0"  ').replace('"2.0.0"', '"3"'),
  ],
  ['one in JSON with tabs', json, { 'risk/cva': '2' }, json.replace('"1"', '"2"')],
  ['one alone in the short form', short, { 'risk/cva': '2' }, short.replace('1.10  ', '"2"  ')],
  ['one in the short form', short, { 'risk/fx': '3' }, short.replace("'2.0'", '"3"')],
  ['one that is still empty', 'releases:\n  a:\n    b:\n', { 'a/b': '2' }, 'releases:\n  a:\n    b: "2"\n'],
  ['one with a number for a name', 'releases: { a: { 7: "1" } }', { 'a/7': '2' }, 'releases: { a: { 7: "2" } }'],
  ['none', yaml, {}, yaml],
  ['one in text that is not YAML', 'version: [', { 'risk/cva': '2' }, 'version: ['],
])('sets the version in %s, and leaves the rest unchanged', (_, text, versions, changed) => {
  expect(setVersions(text, new Map(Object.entries(versions)))).toEqual({ text: changed });
});

test.each([
  ['an unknown key', yaml, { 'risk/cav': '1' }, 'it has no deployment risk/cav; did you mean risk/cva?'],
  [
    'one infrastructure',
    short,
    { 'risk/cva@eu-1': '2' },
    'a file gives risk/cva one version on all its infrastructures; write risk/cva',
  ],
  ['a bad version', yaml, { 'risk/cva': 'a b' }, 'risk/cva: "a b" contains a space'],
  [
    'a version that others share',
    'deployments: [{ pillar: a, service_name: b, docker_image_version: &v "1" }]',
    { 'a/b': '2' },
    'comes from an anchor or an alias',
  ],
  [
    'a service from a merge key',
    'x-a: &a { b: "1" }\nreleases: { risk: { <<: *a } }',
    { 'risk/b': '2' },
    'the version of risk/b comes from an anchor or an alias',
  ],
  [
    'a name from a merge key',
    'x-a: &a { pillar: risk }\ndeployments: [{ <<: *a, service_name: b, docker_image_version: "1" }]',
    { 'risk/b': '2' },
    'the version of risk/b comes from an anchor or an alias',
  ],
  ['no deployments', 'version: v1.0', { 'a/b': '2' }, 'it has no deployment a/b'],
])('%s is a problem', (_, text, versions, problem) => {
  expect(setVersions(text, new Map(Object.entries(versions)))).toEqual({
    problem: expect.stringContaining(problem),
  });
});
