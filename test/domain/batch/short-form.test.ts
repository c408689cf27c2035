import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { batchOf, batchText, issuesOf, item, simulated } from './reading.ts';

const defaults = 'defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }';
const short = (...lines: readonly string[]): string =>
  ['version: v1.0', defaults, 'releases:', ...lines.map((line) => `  ${line}`)].join('\n');
const said = (...lines: readonly string[]): readonly string[] => issuesOf(short(...lines)).map(describeIssue);
const withoutPlaces = (text: string) => batchOf(text).deployments.map(({ line: _, ...deployment }) => deployment);

test('each service in releases is read like an item of deployments', () => {
  const fields = [
    'action: scale, replicas: 3, executor: kubernetes',
    'docker_artifact_type: helm, environment_id: production, infrastructure_id: cluster-us-1, crash_tolerance: 1',
    'docker_artifact_type: KUSTOMIZE, steady_seconds: 5, unblock: true, at_once: true',
  ] as const;
  const settings =
    'priority: 9, timeout: 90, retry_count: 0, tags: [x], dependencies: [a], rollback_strategy: none, health_check: { path: /x }';
  const long = batchText([
    item('a'),
    `pillar: risk, service_name: s, ${fields[0]}`,
    `pillar: risk, service_name: h, docker_image_version: "1+2", ${fields[1]}`,
    `pillar: risk, service_name: k, docker_image_version: "2", ${fields[2]}, metadata: { ${settings} }`,
  ]);
  const text = short(
    'shared: { a: "1" }',
    'Risk:',
    `  s: { ${fields[0]} }`,
    `  h: { version: "1+2", ${fields[1]} }`,
    `  k: { version: "2", ${fields[2]}, ${settings} }`,
  );
  expect(withoutPlaces(text)).toEqual(withoutPlaces(long));
});

test('deployments come before releases, wherever they are; each has its line', () => {
  const text = `${short('shared:', '  b: "1"', '  c: { version: "2", dependencies: [a] }')}\ndeployments:\n  - { ${item('a')} }`;
  const { deployments } = batchOf(text);
  expect(deployments.map(({ key, position, line }) => [key, position, line])).toEqual([
    ['shared/a', 1, 8],
    ['shared/b', 2, 5],
    ['shared/c', 3, 6],
  ]);
  expect(deployments[2]?.dependencies).toEqual(['shared/a']);
});

describe('problems point into the short form', () => {
  test.each<[title: string, lines: readonly string[], problems: readonly string[]]>([
    [
      'a number for a version',
      ['risk: { a: 1.10 }'],
      ['4:14 releases.risk.a: 1.10 is read as the number 1.1 (write "1.10")'],
    ],
    [
      'a number from an anchor',
      ['risk: { a: &v 1.10, b: *v, c: { version: *v } }'],
      [
        '4:17 releases.risk.a: 1.10 is read as the number 1.1 (write "1.10")',
        '4:26 releases.risk.b: 1.10 is read as the number 1.1 (write "1.10")',
        '4:44 releases.risk.c.version: 1.10 is read as the number 1.1 (write "1.10")',
      ],
    ],
    [
      'a number for a version in a mapping',
      ['risk:', '  a:', '    version: 2'],
      ['6:16 releases.risk.a.version: the number 2 where a string is needed; put it in quotes (write "2")'],
    ],
    [
      'an empty entry',
      ['risk:', '  a:'],
      ['5:7 releases.risk.a: is empty; a string or a mapping is needed (give a value or remove the key)'],
    ],
    ['a list', ['risk: { a: [1] }'], ['4:14 releases.risk.a: a list where a string or a mapping is needed']],
    [
      'a mapping without a version',
      ['risk:', '  a:', '    priority: 12'],
      [
        '5:5 releases.risk.a.version: is missing; a string is needed',
        '6:17 releases.risk.a.priority: the number 12 is over 10',
      ],
    ],
    [
      'the long name of a version',
      ['risk: { a: { docker_image_version: 1.10 } }'],
      [
        '4:16 releases.risk.a.docker_image_version: unknown key in the short form (did you mean `version`?)',
        '4:38 releases.risk.a.docker_image_version: 1.10 is read as the number 1.1 (write "1.10")',
      ],
    ],
    [
      'metadata',
      ['risk: { a: { version: "1", metadata: { priority: 1 } } }'],
      ['4:30 releases.risk.a.metadata: unknown key in the short form (write its fields here, next to version)'],
    ],
    [
      'a misspelt field',
      ['risk: { a: { version: "1", prioritty: 1 } }'],
      [expect.stringMatching(/^4:30 releases\.risk\.a\.prioritty: unknown key; .*\(did you mean `priority`\?\)$/)],
    ],
    [
      'a misspelt field of a check',
      ['risk: { a: { version: "1", health_check: { prt: 1 } } }'],
      [expect.stringMatching(/releases\.risk\.a\.health_check\.prt: unknown key; .*\(did you mean `port`\?\)$/)],
    ],
    [
      'an unknown pillar',
      ['rsk:', '  a: "1"'],
      ['4:3 releases.rsk: there is no pillar "rsk"; known: clearing, data, risk, shared (did you mean risk?)'],
    ],
    [
      'an invalid name',
      ['risk: { -a: "1" }'],
      ['4:11 releases.risk.-a: "-a" needs a letter or digit first, then letters, digits, `-` and `_`'],
    ],
    [
      'a missing dependency',
      ['risk: { aa: "1", b: { version: "1", dependencies: [ba] } }'],
      ['4:54 releases.risk.b.dependencies: "ba" is not in this batch (did you mean aa?)'],
    ],
    [
      'a service in both lists',
      ['shared: { a: "1" }', 'Shared: { a: "1" }'],
      [
        '5:13 releases.Shared.a: shared/a is already on line 4 (a batch deploys each service once; for several clusters, give infrastructure_id a list)',
      ],
    ],
    [
      'a pillar without services',
      ['risk:'],
      [
        '4:3 releases.risk: is empty; a mapping of services with their versions is needed (for example releases: { risk: { cva: "1.2.0" } })',
      ],
    ],
    [
      'a list of services',
      ['risk: [a]'],
      [
        '4:3 releases.risk: is a list; a mapping of services with their versions is needed (for example releases: { risk: { cva: "1.2.0" } })',
      ],
    ],
  ])('%s', (_, lines, problems) => expect(said(...lines)).toEqual(problems));

  test('fields that neither the entry nor the defaults give', () => {
    const issues = issuesOf('version: v1.0\nreleases: { risk: { a: "1" } }').map(({ path, code }) => [path, code]);
    const fields = ['docker_artifact_type', 'environment_id', 'infrastructure_id'];
    expect(issues.sort()).toEqual(fields.map((field) => [`releases.risk.a.${field}`, 'Missing']));
  });

  test('a refusal by grants', () => {
    const read = parseBatch(short('risk: { a: "1" }'), simulated, { refuse: () => 'not you' });
    expect(read).toMatchObject({ kind: 'grants', issues: [{ path: 'releases.risk.a', line: 4, column: 11 }] });
  });

  test('what could not be read, once', () => {
    expect(said('risk: { a: *nobody, b: { version: "1", dependencies: [a] } }')).toEqual([
      '4:14 releases.risk.a: there is no anchor &nobody before this alias',
    ]);
    expect(said('risk: *nobody', 'data: { b: { version: "1", dependencies: [a] } }')).toEqual([
      '4:9 releases.risk: there is no anchor &nobody before this alias',
    ]);
  });
});

test.each([
  ['release', 'did you mean `releases`?'],
  ['deployment', 'did you mean `deployments`?'],
])('the misspelt list %s is the only problem', (key, hint) => {
  expect(issuesOf(`version: v1.0\n${key}: {}`)).toMatchObject([{ path: key, hint }]);
});

test('counts 10,000 deployments over both lists', () => {
  const services = Array.from({ length: 9_999 }, (_, nth) => `s${nth}: "1"`).join(', ');
  const text = `version: v1.0\n${defaults}\nreleases: { shared: { ${services} } }\ndeployments: [{ ${item('a')} }`;
  expect(batchOf(`${text}]`).deployments).toHaveLength(10_000);
  const issues = issuesOf(`${text}, { ${item('b')} }]`);
  expect(issues.map(({ path, message }) => [path, message])).toEqual([
    ['deployments', 'the batch has 10001 deployments, counted on each infrastructure; at most 10000 are allowed'],
  ]);
});
