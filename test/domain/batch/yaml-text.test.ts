import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { hostileTexts } from './hostile-texts.ts';
import { batchOf, batchText, issuesOf, item, simulated } from './reading.ts';

const refused = (text: string) => {
  const reply = parseBatch(text, simulated);
  if ('batch' in reply) throw new Error('this text was expected to be refused');
  return { kind: reply.kind, problems: reply.issues.map(describeIssue) };
};

const good = batchText([item('a')]);

describe('unreadable YAML', () => {
  const rows: readonly (readonly [text: string, problem: string])[] = [
    [`${good}\n---\n${good}`, '5:1 a second document begins here; a file holds one (remove the line `---`)'],
    ['version: v1.0\n\tdeployments: []', '2:1 a tab is used for indentation (indent with spaces)'],
    ['version: v1.0\n  deployments: []', '1:10 two `key: value` pairs on one line'],
    ['version: "v1.0\n', 'not valid YAML: Missing closing "quote'],
    ['a: [\n1\n]', '2:1 a `[` is not closed before this (add the missing `]`, or indent what belongs inside)'],
    ['[}', '1:2 a `[` is not closed before this (add the missing `]`)'],
    ['a:\n  b: 1\n c: 2', '3:1 the indentation does not fit the lines above (align the keys of one mapping)'],
    [
      'defaults: { timeout: 60',
      '1:24 a `{` is not closed before this (add the missing `}`, or indent what belongs inside)',
    ],
    [
      '{"deployments": [{"pillar": "a"}',
      '1:33 a `[` is not closed before this (add the missing `]`, or indent what belongs inside)',
    ],
    ['? [a]\n: b\n', '1:3 a key must be plain text, not a list, a mapping or an alias'],
    ['{ [a]: b }', '1:3 a key must be plain text, not a list, a mapping or an alias'],
    ['version: @v1', '1:10 a value cannot begin with this character (put the value in quotes)'],
    ['version: !shout v1', '1:10 this tag is not understood here (remove the word that begins with `!`)'],
    ['a: [1, 2\nb: 3', '2:1 a `[` is not closed before this (add the missing `]`, or indent what belongs inside)'],
    ['{"version": "v1.0",}}', 'not valid YAML:'],
  ];
  test.each(rows)('%j', (text, problem) => {
    const { kind, problems } = refused(text);
    expect(kind).toBe('yaml');
    expect(
      problems.some((line) => line.includes(problem)),
      problems.join('\n'),
    ).toBe(true);
  });
});

describe('readable YAML with invalid content', () => {
  const rows: readonly (readonly [text: string, problem: string])[] = [
    [`${good}\nversion: v1.0`, '5:1 version: this key is written twice in the same mapping (remove one of the two)'],
    ...['<<: *a, <<: *b', '"<<": *a, <<: *b', '<<: [*a], priority: 1, <<: *b'].map(
      (keys) =>
        [
          batchText([
            item('a', 'metadata: &a { priority: 9 }'),
            item('b', 'metadata: &b { priority: 8 }'),
            item('c', `metadata: { ${keys} }`),
          ]),
          'deployments[3].metadata["<<"]: this key is written twice in the same mapping (write one list, `<<: [*a, *b]`: the first wins)',
        ] as const,
    ),
    ['{"version":"v1.0","\\u0076ersion":"v1.0"}', '1:19 version: this key is written twice in the same mapping'],
    ['7: x\n"7": y', '2:1 7: this key is written twice in the same mapping'],
    [
      batchText([item('a', 'metadata: &m { priority: 9 }'), item('b', 'metadata: &m { priority: 8 }')]),
      'deployments[2].metadata: the anchor &m already exists (give one of the two another name)',
    ],
    [batchText([item('a', 'metadata: *nobody')]), 'metadata: there is no anchor &nobody before this alias'],
    [batchText([item('a', 'metadata: &me { tags: *me }')]), 'metadata.tags: the alias *me contains itself'],
    [batchText([item('a', 'metadata: !!set { x }')]), 'metadata: the tag tag:yaml.org,2002:set is not understood here'],
    [batchText([item('a', 'metadata: { <<: [1, 2] }')]), '`<<` takes over the keys of a mapping'],
    [batchText([item('a', '__proto__: { priority: 1 }')]), 'deployments[1].__proto__: unknown key'],
    [batchText([item('a', 'constructor: 1')]), 'deployments[1].constructor: unknown key'],
    [batchText([item('a', '7: x')]), 'deployments[1].7: unknown key'],
    [batchText([item('a', '"odd key": x')]), 'deployments[1]["odd key"]: unknown key'],
    [
      batchText([item('a', 'environment_id: "\\ud800"')]),
      'deployments[1].environment_id: an escape encodes half a character (write the character itself)',
    ],
    [
      batchText([item('a')], 'metadata: { name: "\\U0000DC00", tags: ["\\ud83c"] }'),
      '2:40 metadata.tags[1]: an escape encodes half a character',
    ],
    [batchText([item('a', '"\\udfff": x')]), 'deployments[1]["\\udfff"]: unknown key'],
  ];
  test.each(rows)('%j', (text, problem) => {
    const { kind, problems } = refused(text);
    expect(kind).toBe('schema');
    expect(
      problems.some((line) => line.includes(problem)),
      problems.join('\n'),
    ).toBe(true);
  });
});

describe('reports only the syntax problem of unreadable YAML', () => {
  const whole = 'pillar: shared, service_name: a, docker_image_version: "1"';
  const rows: readonly (readonly [what: string, text: string, problems: readonly string[]])[] = [
    [
      'two merge keys: the fields of the second are there',
      batchText([
        `<<: { pillar: shared, service_name: a }, <<: { docker_image_version: "1" }`,
        item('b', 'metadata: &m { priority: 9 }'),
        item('c', 'metadata: { <<: *m, <<: [{ timeout: 60 }, *m] }'),
      ]),
      [
        '4:48 deployments[1]["<<"]: this key is written twice in the same mapping (write one list, `<<: [{ … }, { … }]`: the first wins)',
        '6:87 deployments[3].metadata["<<"]: this key is written twice in the same mapping (write one list, `<<: [*m, { … }, *m]`: the first wins)',
      ],
    ],
    [
      'a second merge key with a wrong field',
      batchText([`${whole}, <<: {}, <<: { environment_id: 7 }`]),
      [
        '4:75 deployments[1]["<<"]: this key is written twice in the same mapping (write one list, `<<: [{ … }, { … }]`: the first wins)',
        '4:97 deployments[1].environment_id: the number 7 where a string is needed; put it in quotes (write "7")',
      ],
    ],
    [
      'a field without an anchor',
      batchText(['pillar: shared, service_name: a, docker_image_version: *v']),
      ['4:62 deployments[1].docker_image_version: there is no anchor &v before this alias'],
    ],
    [
      'an entry of a list, used again by a merge key',
      batchText([item('a', 'metadata: &m { tags: [*v] }'), item('b', 'metadata: { <<: *m }')]),
      ['4:89 deployments[1].metadata.tags[1]: there is no anchor &v before this alias'],
    ],
    [
      'an item',
      batchText([item('a'), '*v']).replace('{ *v }', '*v'),
      ['5:5 deployments[2]: there is no anchor &v before this alias'],
    ],
    [
      'an item with a dependent',
      batchText([item('a', 'metadata: { dependencies: [b] }'), '*v']).replace('{ *v }', '*v'),
      ['5:5 deployments[2]: there is no anchor &v before this alias'],
    ],
    [
      'a source of a merge key',
      batchText(['pillar: shared, <<: *v', 'pillar: shared, <<: [*w, { service_name: b }]']),
      [
        '4:27 deployments[1]["<<"]: there is no anchor &v before this alias',
        '5:28 deployments[2]["<<"][1]: there is no anchor &w before this alias',
      ],
    ],
    [
      'a source that has such a source itself',
      batchText([`&one { <<: *v, ${whole} }, tags: x`, '<<: *one, service_name: b'])
        .replace('{ &one', '&one')
        .replace('}, tags: x }', '}'),
      ['4:16 deployments[1]["<<"]: there is no anchor &v before this alias'],
    ],
    [
      'defaults',
      batchText([item('a')]).replace(/defaults: .*/, 'defaults: *v'),
      ['2:11 defaults: there is no anchor &v before this alias'],
    ],
    [
      'a part of the defaults',
      batchText([item('a')]).replace(/defaults: .*/, 'defaults: { <<: *v, docker_artifact_type: docker }'),
      ['2:17 defaults["<<"]: there is no anchor &v before this alias'],
    ],
    ['deployments', 'version: v1.0\ndeployments: *v', ['2:14 deployments: there is no anchor &v before this alias']],
    ['all', '!!set { version }', ['1:7 the tag tag:yaml.org,2002:set is not understood here']],
  ];
  test.each(rows)('%s', (_, text, problems) => {
    expect(refused(text).problems).toEqual(problems);
  });
});

test('reports a duplicate service on the lines of its items, even if its name comes from an anchor', () => {
  const text = batchText([
    `&one ${item('m1')}`.replace('&one pillar', 'pillar'),
    '<<: *one, docker_image_version: "2"',
    '<<: [*one, { service_name: m1 }]',
    '*one',
  ])
    .replace('- {', '- &one {')
    .replace('{ *one }', '*one');
  const told =
    'shared/m1 is already on line 4 (a batch deploys each service once; for several clusters, give infrastructure_id a list)';
  expect(refused(text).problems).toEqual([
    `5:5 deployments[2].service_name: ${told}`,
    `6:5 deployments[3].service_name: ${told}`,
    `7:5 deployments[4].service_name: ${told}`,
  ]);
});

describe('how YAML avoids repetition', () => {
  test('an alias stands for its anchor', () => {
    const text = batchText([item('a', 'metadata: &m { priority: 9 }'), item('b', 'metadata: *m')]);
    expect(batchOf(text).deployments.map(({ priority }) => priority)).toEqual([9, 9]);
  });

  test('a merge key adds the missing fields, and the first source wins', () => {
    const text = batchText([
      item('a', 'metadata: &m { priority: 9, timeout: 60 }'),
      item('b', 'metadata: &n { priority: 8, retry_count: 0 }'),
      item('c', 'metadata: { timeout: 70, <<: [*m, *n] }'),
    ]);
    expect(batchOf(text).deployments[2]).toMatchObject({ priority: 9, timeout: 70, retry_count: 0 });
  });

  test('two escapes that make one character', () => {
    const text = batchText([item('a')], 'metadata: { name: "\\ud83c\\udf4f" }');
    expect(batchOf(text).metadata.name).toBe('🍏');
  });

  test('tags of the plain types, a document start and end, comments and Windows lines', () => {
    const text = `---\n# hello\n${good.replace('"1"', '!!str 1.10')}\n...\n`.replaceAll('\n', '\r\n');
    expect(batchOf(text).deployments[0]).toMatchObject({ docker_image_version: '1.10', line: 6 });
  });
});

/** Comparing each entry with each other takes minutes for some of them. `npm run bench` shows how long ours takes. */
describe('answers a hostile text briefly', () => {
  test.each(hostileTexts)('%s', (_, text, code) => {
    const issues = issuesOf(text);
    expect(issues[0]?.code).toBe(code);
    expect(issues.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(issues).length).toBeLessThan(20_000);
  });
});

describe('answers thousands of problems with the first 200', () => {
  const names = Array.from({ length: 2000 }, (_, at) => `service-${at}`);
  const rows: readonly (readonly [what: string, text: string, code: string])[] = [
    ['duplicates', batchText(names.map(() => item('same'))), 'Duplicate'],
    ['unknown keys', batchText(names.map((name) => item(name, `prioritty${name}: 1`))), 'UnknownKey'],
    [
      'unknown dependencies',
      batchText(names.map((name) => item(name, `metadata: { dependencies: [no-${name}] }`))),
      'UnknownDependency',
    ],
    ['missing fields', batchText(names.map((name) => `service_name: ${name}`)), 'Missing'],
    [
      'cycles',
      batchText(names.map((name, at) => item(name, `metadata: { dependencies: [service-${at ^ 1}] }`))),
      'DependencyCycle',
    ],
    ['wrong values', batchText(names.map((name) => item(name, 'environment_id: 7'))), 'WrongType'],
    [
      'one mapping of unknown keys',
      `version: v1.0\ndeployments: []\n${names.map((name) => `${name}: 1\n`).join('')}`,
      'UnknownKey',
    ],
  ];
  test.each(rows)('%s', (_, text, code) => {
    const issues = issuesOf(text);
    expect(issues).toHaveLength(201);
    expect(issues.slice(2, 200).every((issue) => issue.code === code)).toBe(true);
    expect(issues.at(-1)).toMatchObject({
      code: 'MoreIssues',
      message: expect.stringMatching(/^and \d+ more problems$/),
    });
  });

  test('shows a cycle of thousands in full', () => {
    const text = batchText(
      names.map((name, at) => item(name, `metadata: { dependencies: [service-${(at + 1) % 2000}] }`)),
    );
    const issues = issuesOf(text);
    expect(issues).toHaveLength(1);
    expect(issues[0]?.message.split(' -> ')).toHaveLength(2001);
  });

  test('one deployment too many', () => {
    const issues = issuesOf(batchText(Array.from({ length: 10_001 }, (_, at) => item(`service-${at}`))));
    expect(issues.map(({ message }) => message)).toEqual(['the list has 10001 entries; at most 10000 are allowed']);
  });
});
