import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { defaultsSchema } from '../../../lib/domain/batch/schema.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { healthPathHint } from '../../../lib/domain/health/health-path.ts';
import { batchOf, batchText, issuesOf, item, simulated } from './reading.ts';
import { exampleCatalogue } from './worked-examples.ts';

const said = (text: string, catalogue: Catalogue = simulated): string[] => issuesOf(text, catalogue).map(describeIssue);

describe('one wrong field is one problem, in plain words', () => {
  const rows: readonly (readonly [fields: string, problem: string])[] = [
    ['metadata: { priority: 11 }', 'metadata.priority: the number 11 is over 10'],
    ['metadata: { priority: 0 }', 'metadata.priority: the number 0 is under 1'],
    ['metadata: { priority: 1.5 }', 'metadata.priority: the number 1.5 is not a whole number'],
    ['metadata: { priority: high }', 'metadata.priority: "high" where a whole number is needed'],
    ...['99999999999999999999', '9007199254740993', '1e30', '0x7fffffffffffffffff'].map(
      (number) => [`metadata: { priority: ${number} }`, `metadata.priority: the number ${number} is over 10`] as const,
    ),
    ['metadata: { timeout: -99999999999999999999 }', 'timeout: the number -99999999999999999999 is under 60'],
    ['metadata: { timeout: .inf }', 'timeout: the number .inf is not a whole number'],
    ['metadata: { timeout: 59 }', 'metadata.timeout: the number 59 is under 60'],
    ['metadata: { retry_count: 6 }', 'metadata.retry_count: the number 6 is over 5'],
    ['metadata: { rollback_strategy: never }', '"never" is not one of automatic, manual, none'],
    ['metadata: { health_check: { enabled: yes } }', 'health_check.enabled: "yes" where true or false is needed'],
    ['metadata: { health_check: { port: 65536 } }', 'health_check.port: the number 65536 is over 65535'],
    ...(
      [
        ['ready', 'has no slash at the start; write it like /ready'],
        ['../x', 'has no slash at the start'],
        ['/../x', 'has a part made only of dots'],
        ['/a/../b', 'has a part made only of dots'],
        ['/%61', 'has a percent escape'],
        ['/a\\\\x', 'has characters that a health check path must not have: \\'],
        ['/.\\t./x', 'has characters that a health check path must not have: U+0009'],
        ['/a b', 'has characters that a health check path must not have: U+0020'],
        ['/a<b>#c', 'has characters that a health check path must not have: < > #'],
        ['/a//b', 'has two slashes in a row'],
      ] as const
    ).flatMap(([path, said]) => [
      [`metadata: { health_check: { path: "${path}" } }`, said] as const,
      [`metadata: { health_check: { path: "${path}" } }`, `(${healthPathHint})`] as const,
    ]),
    ['metadata: { health_check: { path: "" } }', 'health_check.path: is empty; at least 1 character is needed'],
    ['metadata: { tags: [a, b, c, d, e, f, g, h, i, j, k] }', 'tags: the list has 11 entries; at most 10 are allowed'],
    ['metadata: { tags: a }', 'metadata.tags: "a" where a list is needed'],
    [
      'metadata: { tags: [1] }',
      'metadata.tags[1]: the number 1 where a string is needed; put it in quotes (write "1")',
    ],
    ['metadata: 5', 'metadata: the number 5 where a mapping is needed'],
    ['docker_artifact_type: jar', 'docker_artifact_type: "jar" is not one of docker, helm, kustomize'],
    ['environment_id: ""', 'environment_id: is empty; at least 1 character is needed'],
    ...['a b', 'a\\nb', 'a\\u202eb', 'a\\U000E0041', '<word>', 'a{b}', 'a$b', '.a', 'ä', 'a/b', 'a:b'].map(
      (written) =>
        [`environment_id: "${written}"`, 'is not a plain name: a letter or digit first, then letters'] as const,
    ),
    ...['<word>', '{word}', 'a$', 'a >', '}'].map(
      (written) =>
        [
          `metadata: { tags: [ok, "${written}"] }`,
          `tags[2]: "${written}" has one of \`<\`, \`>\`, \`{\`, \`}\` and`,
        ] as const,
    ),
    [`environment_id: ${'x'.repeat(65)}`, 'environment_id: has 65 characters; at most 64 are allowed'],
    [`metadata: { tags: [${'x'.repeat(257)}] }`, 'tags[1]: has 257 characters; at most 256 are allowed'],
    [
      'environment_id: 2024',
      'environment_id: the number 2024 where a string is needed; put it in quotes (write "2024")',
    ],
    ['infrastructure_id: 001', 'infrastructure_id: 001 is read as the number 1 (write "001")'],
    ['environment_id: 1.10', 'environment_id: 1.10 is read as the number 1.1 (write "1.10")'],
    ['environment_id: 1e3', 'environment_id: 1e3 is read as the number 1000 (write "1e3")'],
    ['environment_id: True', 'environment_id: True is read as the word true (write "True")'],
    ['metadata: { dependencies: b }', 'dependencies: "b" where a list is needed (write [b])'],
    ['metadata: { tags: "q 3" }', 'tags: "q 3" where a list is needed (write ["q 3"])'],
    ['metadata: { tags: 7 }', 'tags: the number 7 where a list is needed (write ["7"])'],
    ['environment_id: true', 'environment_id: the word true where a string is needed; put it in quotes (write "true")'],
    ['environment_id:', 'environment_id: is empty; a string is needed (give a value or remove the key)'],
    [
      'infrastructure_id: cluster-eu-2',
      'there is no infrastructure "cluster-eu-2"; known: cluster-eu-1, cluster-us-1 (did you mean cluster-eu-1?)',
    ],
    ['executor: helm', 'executor: there is no executor "helm"; known: harness, kubernetes'],
    ['retries: 3', 'deployments[1].retries: unknown key'],
    ['dockerImageVersion: "2"', 'dockerImageVersion: unknown key; known here'],
    ['timeout: 90', '(did you mean `metadata.timeout`?)'],
    ['path: /x', '(did you mean `metadata.health_check.path`?)'],
    ['metadata: { environment_id: x }', '(did you mean `deployments[].environment_id`?)'],
    ['on_failure: stop', '(did you mean `strategy.on_failure`?)'],
  ];
  test.each(rows)('%s', (fields, problem) => {
    const problems = said(batchText([item('a', fields)]));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});

describe('accepts and refuses a default like the same field of an item', () => {
  const onItem = ['docker_artifact_type', 'environment_id', 'infrastructure_id', 'executor'] as const;
  const written: Readonly<Record<string, readonly string[]>> = {
    docker_artifact_type: ['helm', 'Docker', 'KUSTOMIZE', 'jar', 'JAR', '5', ''],
    environment_id: ['Staging', 'a-b', '"a b"', '""', '7', 'true', '', `${'x'.repeat(65)}`],
    infrastructure_id: ['cluster-us-1', 'Cluster-us-1', 'mars', '7', ''],
    executor: ['harness', 'Harness', 'helm', '7', ''],
    timeout: ['60', '59', '3600', '3601', '1.5', '60.0', 'high', '"60"', '', '99999999999999999999'],
    retry_count: ['0', '-1', '5', '6', '1.5', 'true', '', '99999999999999999999'],
    priority: ['1', '0', '10', '11', '1.5', 'high', ''],
    rollback_strategy: ['automatic', 'manual', 'none', 'Automatic', 'never', '5', ''],
    health_check: [
      ...['{ path: /ready }', '{ enabled: false }', '{ path: /ready, port: 8080, timeout: 20 }', '{}', ''],
      ...['{ path: ready }', '{ port: 0 }', '{ timeout: 301 }', '{ pth: /ready }', '{ enabled: maybe }', 'true', '[]'],
    ],
  };

  test('each allowed value', () => {
    expect(Object.keys(written).sort()).toEqual(Object.keys(defaultsSchema.shape).sort());
  });

  const everything: Readonly<Record<string, string>> = {
    docker_artifact_type: 'docker',
    environment_id: 'staging',
    infrastructure_id: 'cluster-eu-1',
  };
  const flow = (fields: Readonly<Record<string, string>>): string =>
    Object.entries(fields)
      .map(([field, value]) => `${field}: ${value}`)
      .join(', ');
  const told = (text: string) => {
    const read = parseBatch(text, simulated);
    if ('batch' in read) return read.batch.deployments.map(({ line: _, ...deployment }) => deployment);
    return read.issues.map(({ path, line: _, column: __, ...issue }) => ({ ...issue, field: path.split('.').at(-1) }));
  };

  test.each(Object.entries(written).flatMap(([field, values]) => values.map((value) => [field, value] as const)))(
    '%s: %s',
    (field, value) => {
      const { [field]: _, ...others } = everything;
      const isOnItem = onItem.some((name) => name === field);
      const ofItem = isOnItem ? `${field}: ${value}` : `metadata: { ${field}: ${value} }`;
      const text = (defaults: string, items: string): string =>
        `version: v1.0\ndefaults: { ${defaults} }\ndeployments:\n  - { ${items} }`;
      const asDefault = told(text(flow({ ...others, [field]: value }), item('a')));
      expect(asDefault).toEqual(told(text(flow(others), item('a', ofItem))));
      expect(asDefault).toHaveLength(1);
    },
  );
});

describe('reports an invalid version, with what to write instead', () => {
  const digest = `sha256:${'3f'.repeat(32)}`;
  const rows: readonly (readonly [version: string, problem: string])[] = [
    [
      '1.0.0+build.7',
      '"1.0.0+build.7" has a `+`, which no image tag can have (registries write it as "1.0.0_build.7"; only',
    ],
    [
      'host:5000/mail:1.0',
      '"host:5000/mail:1.0" is a complete image reference, not a version (write only "1.0"; the configuration',
    ],
    [`mail:1.0@${digest}`, `is a complete image reference, not a version (write only "1.0@${digest}"`],
    [
      'feature/login',
      '"feature/login" has "/", which no tag can have (a tag has letters, digits, `_`, `.` and `-`: for a branch',
    ],
    [
      '<+trigger.tag>',
      'has "<", which no tag can have (placeholders are not filled in here: write the version itself)',
    ],
    ['${TAG}', 'has "$", which no tag can have (placeholders are not filled in here'],
    ['1~2', 'has "~", which no tag can have (a tag has letters'],
    ['1 2', 'contains a space, a line break or an invisible character (write a tag ("2.4.0"), a digest'],
    ['1\u200b', 'contains a space, a line break or an invisible character'],
    ['-1', 'begins with "-" (a tag begins with a letter, a digit or `_`)'],
    ['sha256:3f', '"sha256:3f" has an invalid digest (a digest is sha256: followed by 64'],
    ['2.4.0@sha256:3f', '"2.4.0@sha256:3f" has an invalid digest'],
    [`2.4.0@${digest.toUpperCase()}`, `has a digest in capital letters (write it as "${digest}")`],
    [`@${digest}`, 'has no tag before the `@`'],
    [`1+2@${digest}`, 'has a `+`, which no image tag can have (registries write it as "1_2"'],
    ['x'.repeat(129), 'has 129 characters; a tag has at most 128'],
    ['🍏'.repeat(140), 'has "🍏", which no tag can have'],
    ['x'.repeat(265), 'has 265 characters; at most 264 are allowed'],
  ];
  const inText = (version: string, artifact: string): string =>
    batchText([item('a', `docker_artifact_type: ${artifact}`).replace('"1"', JSON.stringify(version))]);

  test.each(rows)('%s', (version, problem) => {
    for (const artifact of ['docker', 'kustomize']) {
      const problems = said(inText(version, artifact));
      expect(problems).toEqual([expect.stringContaining(`4:62 deployments[1].docker_image_version: `)]);
      expect(problems[0]).toContain(problem);
    }
  });

  test.each([
    ['docker', ['1', 'v1.0_rc-1', digest, `2.4.0@${digest}`, `${'x'.repeat(128)}@sha512:${'ab'.repeat(64)}`]],
    ['helm', ['1.0.0+build.7', '2.4.0', `1.0.0+build.7@${digest}`]],
    ['kustomize', ['1', `2.4.0@${digest}`]],
  ])('for %s these are versions, kept as written: %j', (artifact, versions) => {
    for (const version of versions)
      expect(batchOf(inText(version, artifact)).deployments[0]?.docker_image_version).toBe(version);
  });

  test('reports only what is invalid for every artifact if the artifact is unknown', () => {
    expect(said(inText('1+2', 'jar'))).toEqual([expect.stringContaining('docker_artifact_type: "jar"')]);
    expect(said(inText('1/2', 'jar'))).toHaveLength(2);
  });

  test('uses the default of the artifact', () => {
    const text = inText('1+2', 'docker').replace('docker_artifact_type: docker }', 'docker_artifact_type: Helm }');
    expect(batchOf(text.replace(', docker_artifact_type: docker }', ' }')).deployments[0]).toMatchObject({
      docker_artifact_type: 'helm',
      docker_image_version: '1+2',
    });
  });
});

describe('the frame of a batch', () => {
  const rows: readonly (readonly [text: string, problems: readonly string[]])[] = [
    ['', ['1:1 the file is empty']],
    ['# only a comment\n', ['1:1 the file is empty']],
    ...(
      [
        ['- a\n- b', 'a list'],
        ['just words', 'plain text'],
        ['null', 'nothing (null)'],
        ['~', 'nothing (null)'],
        [
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a, labels: {} }\nspec: {}',
          'a Kubernetes manifest (Deployment)',
        ],
        ['services: ./services.json\nclusters: { a: {} }\nharness: { simulated: true }', 'a configuration'],
        ['{"a": 1, "b": 2}', 'something else'],
      ] as const
    ).map(
      ([text, kind]) =>
        [text, [`1:1 this is ${kind}, not a batch: a batch is a mapping with version and deployments`]] as const,
    ),
    ['\u0089PNG\r\n\u001a\n\0\0: [', ['1:1 this is not a text file (it needs to be YAML or JSON in UTF-8)']],
    [
      '{}',
      [
        '1:1 version: is missing; a string like `v1.0` is needed',
        '1:1 deployments: is missing, and so is releases; a batch needs one of the two',
      ],
    ],
    ['version: v1.0\ndeployments: []', ['2:14 deployments: the list is empty; at least 1 entry is needed']],
    ['version: v1.0', ['1:1 deployments: is missing, and so is releases; a batch needs one of the two']],
    ['version: v1.0\ndeployments: a', ['2:14 deployments: "a" where a list is needed']],
    [
      'version: v1.0\ndeployment: []',
      [
        '2:1 deployment: unknown key; known here: version, metadata, defaults, strategy, deployments, releases (did you mean `deployments`?)',
      ],
    ],
    [
      `${batchText([item('a')])}\n`.replace('v1.0', '1'),
      ['1:10 version: the number 1 where a string like `v1.0` is needed (write v1.0)'],
    ],
    [
      batchText([item('a')]).replace('v1.0', 'version1'),
      ['1:10 version: "version1" is not a known version (write v1.0)'],
    ],
    [
      batchText(['just: this', item('b')]).replace('{ just: this }', 'text'),
      ['4:5 deployments[1]: a deployment must be a mapping with pillar, service_name, docker_image_version …'],
    ],
    [
      batchText([item('a')], 'metadata: { created: yesterday }'),
      ['2:22 metadata.created: "yesterday" needs a date like 2026-01-31, or with a time like 2026-01-31T08:00:00Z'],
    ],
    [
      batchText([item('a')], 'metadata: { created: 2026-02-30T08:00:00Z }'),
      [
        '2:22 metadata.created: "2026-02-30T08:00:00Z" needs a date like 2026-01-31, or with a time like 2026-01-31T08:00:00Z',
      ],
    ],
  ];
  test.each(rows)('%j', (text, problems) => {
    expect(said(text)).toEqual(problems);
  });

  test.each([
    ['2026-01-31', '2026-01-31'],
    ['"2026-01-31"', '2026-01-31'],
    ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00Z'],
    ['2026-01-31T08:00:00+02:00', '2026-01-31T08:00:00+02:00'],
    ['!!timestamp 2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z'],
    ['"2026-01-31T08:00:00Z"', '2026-01-31T08:00:00Z'],
  ])('created may be %s', (created, kept) => {
    expect(batchOf(batchText([item('a')], `metadata: { created: ${created} }`)).metadata.created).toBe(kept);
  });

  test('ignores sections whose lines are all commented out', () => {
    const text = batchText([item('a', 'metadata: ')], 'strategy:\nmetadata:');
    expect(batchOf(text).deployments[0]).toMatchObject({ priority: 5, timeout: 1800, retry_count: 3, tags: [] });
  });
});

describe('strategy', () => {
  const rows: readonly (readonly [written: string, strategy: object])[] = [
    ['{}', { mode: 'parallel', max_concurrency: 5, on_failure: 'continue' }],
    ['{ mode: sequential }', { mode: 'sequential', max_concurrency: 1, on_failure: 'continue' }],
    ['{ mode: sequential, max_concurrency: 1 }', { mode: 'sequential', max_concurrency: 1, on_failure: 'continue' }],
    ['{ on_failure: rollback }', { mode: 'parallel', max_concurrency: 5, on_failure: 'rollback' }],
    ['{ max_concurrency: 10000, on_failure: stop }', { mode: 'parallel', max_concurrency: 10_000, on_failure: 'stop' }],
  ];
  test.each(rows)('%s', (written, strategy) => {
    expect(batchOf(batchText([item('a')], `strategy: ${written}`)).strategy).toEqual(strategy);
  });

  const wrong: readonly (readonly [written: string, problem: string])[] = [
    ['{ on_failure: halt }', '2:25 strategy.on_failure: "halt" is not one of continue, stop, rollback'],
    ['{ mode: waves }', '2:19 strategy.mode: "waves" is not one of parallel, sequential'],
    ['{ max_concurrency: 0 }', '2:30 strategy.max_concurrency: the number 0 is under 1'],
    ['{ max_concurrency: 10001 }', '2:30 strategy.max_concurrency: the number 10001 is over 10000'],
    [
      '{ mode: sequential, max_concurrency: 2 }',
      '2:48 strategy.max_concurrency: 2 at once contradicts mode sequential, which means one at a time (remove it, or use mode parallel)',
    ],
  ];
  test.each(wrong)('refuses %s', (written, problem) => {
    expect(said(batchText([item('a')], `strategy: ${written}`))).toEqual([problem]);
  });
});

describe('dependencies', () => {
  const on = (...names: string[]): string => `metadata: { dependencies: [${names.join(', ')}] }`;
  const inRisk = (name: string): string => item(name).replace('shared', 'risk');

  test('by bare name, or by pillar and name, in any letter case of the pillar, each once', () => {
    const text = batchText([item('a'), inRisk('b'), item('c', on('a', 'risk/b', 'RISK/b', 'shared/a'))]);
    expect(batchOf(text).deployments[2]?.dependencies).toEqual(['shared/a', 'risk/b']);
  });

  test('a name in two pillars needs its pillar', () => {
    const text = batchText([item('a'), inRisk('a'), item('c', on('a'))]);
    expect(said(text)).toEqual([
      '6:94 deployments[3].metadata.dependencies: "a" exists in several pillars (write risk/a or shared/a)',
    ]);
  });

  test.each([
    [['a'], [on('a')], 'cycle: a -> a (a deployment cannot wait for itself)'],
    [['a', 'b', 'c'], [on('b'), on('c'), on('a')], 'cycle: a -> b -> c -> a (remove one of these dependencies)'],
    [
      ['a', 'b', 'c', 'd'],
      [on('b'), on('a', 'c'), on('d'), on('b')],
      'cycle: a -> b -> a; 2 more deployments are on cycles with these',
    ],
  ])('shows a cycle of %j in full', (names, more, problem) => {
    const problems = said(batchText(names.map((name, at) => item(name, more[at]))));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  test('reports all independent cycles', () => {
    const text = batchText([item('a', on('b')), item('b', on('a')), item('c', on('d')), item('d', on('c'))]);
    expect(issuesOf(text).map(({ line, code }) => [line, code])).toEqual([
      [4, 'DependencyCycle'],
      [6, 'DependencyCycle'],
    ]);
  });

  test('shows the pillars in a cycle if names repeat', () => {
    const text = batchText([item('a', on('risk/a')), `${inRisk('a')}, ${on('shared/a')}`]);
    expect(said(text)[0]).toContain('cycle: shared/a -> risk/a -> shared/a');
  });

  test('suggests a similar name', () => {
    expect(said(batchText([item('login-api'), item('b', on('login-apo'))]))[0]).toContain('(did you mean login-api?)');
  });

  test('does not suggest the deployment itself', () => {
    const text = batchText([item('login-api', 'metadata: { dependencies: [login-app] }'), item('prefs-store')]);
    expect(said(text)).toEqual([expect.stringContaining('(a dependency must be a service in the same batch)')]);
  });
});

describe('root causes only', () => {
  const rows: readonly (readonly [what: string, text: string, problems: readonly string[]])[] = [
    [
      'a misspelt field is not reported as missing as well',
      batchText(['pillar: shared, service_name: a, docker_image_verison: "1"']),
      ['deployments[1].docker_image_verison'],
    ],
    [
      'items without a pillar are not duplicates',
      batchText(Array.from({ length: 2 }, () => 'service_name: a, docker_image_version: "1"')),
      ['deployments[1].pillar', 'deployments[2].pillar'],
    ],
    [
      'a misspelt default is not missing on every item',
      batchText([item('a'), item('b')]).replace('environment_id', 'enviroment_id'),
      ['defaults.enviroment_id'],
    ],
    [
      'a wrong default is reported once',
      batchText([item('a'), item('b')])
        .replace('staging', '7')
        .replace('docker }', 'jar }'),
      ['defaults.environment_id', 'defaults.docker_artifact_type'],
    ],
    [
      'an unknown infrastructure in the defaults is reported once',
      batchText([item('a'), item('b')]).replace('cluster-eu-1', 'mars'),
      ['defaults.infrastructure_id'],
    ],
    [
      'a wrong anchor is reported once for all its uses',
      batchText([item('a', 'metadata: &m { priority: 99 }'), item('b', 'metadata: *m')]),
      ['deployments[1].metadata.priority'],
    ],
    [
      'a wrong value behind a merge key is reported where it is written',
      batchText([item('a', 'metadata: &m { priority: 99 }'), item('b', 'metadata: { <<: *m, timeout: 60 }')]),
      ['deployments[1].metadata.priority'],
    ],
  ];
  test.each(rows)('%s', (_, text, paths) => {
    expect(issuesOf(text).map(({ path }) => path)).toEqual(paths);
  });

  test('does not report a dependency on a service that is misspelt elsewhere', () => {
    const text = batchText([item('login-apy'), item('prefs-store', 'metadata: { dependencies: [login-api] }')]);
    expect(issuesOf(text, exampleCatalogue).map(({ code }) => code)).toEqual(['UnknownService']);
  });
});

describe('what the catalogue knows', () => {
  const only = (patch: Partial<Catalogue>): Catalogue => ({ ...exampleCatalogue, ...patch });

  test.each([
    ['pillar: sahred', 'there is no pillar "sahred"; known: clearing, data, risk, shared (did you mean shared?)'],
    ['pillar: risk', '"login-api" is not a service of pillar risk; known: limit-check (pillar shared has it)'],
    ['pillar: constructor', 'there is no pillar "constructor"'],
    ['service_name: constructor', '"constructor" is not a service of pillar shared'],
  ])('%s', (field, problem) => {
    const [key = '', value = ''] = field.split(': ');
    const text = batchText([item('login-api').replace(new RegExp(`${key}: [a-z-]+`), `${key}: ${value}`)]);
    const problems = said(text, exampleCatalogue);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  test('accepts pillars and artifact types in any letter case, and keeps them in lower case', () => {
    const text = batchText([item('login-api', 'docker_artifact_type: HELM').replace('shared', 'Shared')]);
    expect(batchOf(text, exampleCatalogue).deployments[0]).toMatchObject({
      key: 'shared/login-api',
      docker_artifact_type: 'helm',
    });
  });

  test('refuses unknown environments only when the configuration lists them', () => {
    const text = batchText([item('login-api')]);
    expect(said(text, only({ environments: { production: {}, stagging: {} } }))[0]).toContain(
      'there is no environment "staging"; known: production, stagging (did you mean stagging?)',
    );
    expect(batchOf(text, exampleCatalogue).deployments[0]?.environment_id).toBe('staging');
  });

  test('refuses a kind that cannot be verified at once', () => {
    const services = { shared: { 'login-api': { kind: 'pod', name: 'login-api' } } } as const;
    const problems = said(batchText([item('login-api')]), only({ services }));
    expect(problems[0]).toContain('login-api is a pod, whose rollout cannot be verified yet');
  });

  test('reports missing pipelines once per pillar', () => {
    const text = batchText([item('login-api'), item('prefs-store')]);
    const problems = said(text, only({ pillars: { shared: {} } }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(
      'no Harness pipeline is configured for shared/login-api (set pillars.shared.harness.pipeline',
    );
  });

  test('accepts every service without a mapping, with a warning if there is a file for one', () => {
    const { without_file: _, ...fromAnyFile } = simulated;
    const fromFile = { ...fromAnyFile, environments: { staging: { infrastructures: ['cluster-eu-1'] } } };
    const anything = batchText([item('anything')]);
    expect(parseBatch(anything, simulated)).toMatchObject({ warnings: [] });
    expect(parseBatch(anything, fromFile)).toMatchObject({
      warnings: ['There is no service mapping: service names were not checked.'],
    });
    expect(parseBatch(batchText([item('login-api')]), exampleCatalogue)).toMatchObject({ warnings: [] });
  });
});

test.each(['v2.0', 'v1.1', 'V1.0', 'v1', ''])('refuses the unknown version %j', (version) => {
  const text = batchText([item('login-api')]).replace('v1.0', JSON.stringify(version));
  expect(parseBatch(text, exampleCatalogue)).toMatchObject({
    kind: 'schema',
    issues: [
      {
        line: 1,
        column: 10,
        path: 'version',
        code: 'NotAllowed',
        found: version,
        allowed: ['v1.0'],
        hint: 'write v1.0',
      },
    ],
  });
});

test('reads JSON like YAML, including tabs and a byte order mark', () => {
  const document = {
    version: 'v1.0',
    deployments: [
      {
        pillar: 'shared',
        service_name: 'a',
        docker_image_version: '1',
        environment_id: 'staging',
        infrastructure_id: 'cluster-eu-1',
        docker_artifact_type: 'docker',
      },
    ],
  };
  for (const indent of [undefined, 2, '\t']) {
    const text = JSON.stringify(document, null, indent);
    expect(batchOf(text).deployments).toHaveLength(1);
    expect(batchOf(`\uFEFF${text}`).deployments).toHaveLength(1);
    expect(said(text.replace('"1"', '1'))[0]).toContain('docker_image_version: the number 1 where a string is needed');
  }
});
