import { describe, expect, test } from 'vitest';
import { blankTemplates } from '../../../lib/domain/init/blank-templates.ts';
import { readHelmfile } from '../../../lib/domain/init/read-helmfile.ts';

const read = (text: string, pillar?: string) => {
  const found = readHelmfile(text, pillar);
  if ('issues' in found) throw new Error(JSON.stringify(found.issues));
  return {
    services: found.services,
    notes: found.notes.map(({ line, about, message }) => `${line} ${about}: ${message}`),
  };
};

const one = (fields: string) => read(`releases:\n  - { ${fields} }`);

test('releases in several documents, with every form of needs', () => {
  const text = `environments: { default: {} }
---
# nothing here
---
releases:
  - { name: cache, namespace: shop, chart: bitnami/redis, version: 19.0.1 }
  - { name: web, namespace: shop, chart: ./charts/web, version: "1.10.0", needs: [cache, data/db, eu/shop/cache] }
  - { name: db, namespace: data, chart: oci://reg/postgresql, version: v15.1.0+build.7 }
  - { name: loose, chart: a/loose, version: 1.0.0 }
`;
  const { services, notes } = read(text, 'tools');
  const common = { kind: 'deployment', artifact: 'helm' };
  expect(services).toEqual([
    {
      ...common,
      pillar: 'shop',
      service: 'cache',
      name: 'cache-redis',
      namespace: 'shop',
      chart: 'bitnami/redis',
      version: '19.0.1',
    },
    {
      ...{ ...common, pillar: 'shop', service: 'web', name: 'web', namespace: 'shop', chart: './charts/web' },
      ...{ version: '1.10.0', dependencies: ['shop/cache', 'data/db'] },
    },
    {
      ...common,
      pillar: 'data',
      service: 'db',
      name: 'db-postgresql',
      namespace: 'data',
      chart: 'oci://reg/postgresql',
      version: 'v15.1.0+build.7',
    },
    { ...common, pillar: 'tools', service: 'loose', name: 'loose', chart: 'a/loose', version: '1.0.0' },
  ]);
  expect(notes).toEqual([]);
});

test('keeps apart releases with one name in two places', () => {
  const release = 'name: web, chart: a/web, version: 1.0.0';
  const { services, notes } = read(`releases: [{ ${release} }, { ${release}, namespace: default }]`);
  expect(services.map(({ pillar, service, name }) => [pillar, service, name])).toEqual([
    ['default', 'web', 'web'],
    ['default', 'web-2', 'web-2'],
  ]);
  expect(notes).toEqual([
    '1 web: the service becomes web-2: "web" is taken',
    '1 web: the object becomes web-2: "web" is taken',
  ]);
});

test('removes the password and the query from the address of a chart', () => {
  const { services } = one('name: web, version: 1.0.0, chart: "https://me:hunter2@a.example/web-1.tgz?token=hunter3"');
  expect(services[0]?.chart).toMatch(/^https:\/\/me:.*@a\.example\/web-1\.tgz$/);
  expect(JSON.stringify(services)).not.toContain('hunter');
});

test('a template mark opened in a comment hides only the comment', () => {
  const { services, notes } = read('# values use {{ …\nreleases: [{ name: web, chart: a/web, version: 1.0.0 }]');
  expect([services.length, notes.length]).toEqual([1, 1]);
});

describe('reports by line what cannot be written, with what to do', () => {
  test.each([
    ['chart: a/b', '2 a release: left out: it has no name'],
    ['name: a', '2 a: left out: it has no chart'],
    ['name: a, chart: a/b', '2 a: left out: it has no version of its chart; write the one that runs (helm list)'],
    ['name: a, chart: a/b, version: 1.10', '2 a: left out: it has no version of its chart as text; put it in quotes'],
    ['name: a, chart: a/b, version: ~1.2', '2 a: left out: "~1.2" is a range; write the version that runs (helm list)'],
    ['name: a, chart: a/b, version: 1.0.0, namespace: My_NS', '2 a: left out: "My_NS" is not a Kubernetes namespace'],
    ['name: a, chart: a/b, version: 1.x', '"1.x" is a range'],
    ['name: a, chart: a/b, version: 1.0.0, installed: false', '2 a: left out: it has installed: false'],
    [
      'name: a, chart: a/b, version: 1.0.0, needs: [x/y]',
      '2 a: depends on "x/y", which was not found; the dependency is left out',
    ],
  ])('%s', (fields, note) => {
    expect(one(fields).notes).toEqual([expect.stringContaining(note)]);
  });

  test('other files, and a duplicate release', () => {
    const text =
      'bases: [b.yaml]\nhelmfiles: [c.yaml]\nreleases:\n  - &a { name: a, chart: a/b, version: 1.0.0 }\n  - *a';
    expect(read(text).notes).toEqual([
      expect.stringContaining('1 bases: other files are not read'),
      expect.stringContaining('2 helmfiles: other files are not read'),
      expect.stringContaining('5 a: left out: it is on line 4 already'),
    ]);
  });
});

test('reports templates by line, and writes the rest', () => {
  const text = `{{- $x := 1 }}
releases:
  - name: web
    chart: a/web
    version: 1.0.0
    values: [{ password: {{ .Values.password | quote }} }]
{{ if eq .Environment.Name "prod" }}
  - name: audit
    chart: a/audit
    version: {{ .Values.version }}
  - name: "{{ .Release }}-x"
    chart: a/b
    version: 1.0.0
{{ end }}
  - name: late
    chart: a/late
    version: 2.0.0
    needs: [web, '{{ .Values.other }}']
`;
  const { services, notes } = read(text);
  expect(services.map(({ service, dependencies }) => [service, dependencies])).toEqual([
    ['web', undefined],
    ['late', ['default/web']],
  ]);
  expect(notes).toEqual([
    '1 {{ … }}: templates are not rendered. Check what was written; they are on 7 lines: 1, 6, 7, 10, 11, 14, 18',
    '8 audit: left out: its version is a template; write the value',
    '11 a release: left out: its name is a template; write the value',
    '15 late: depends on "{{ … }}", which was not found; the dependency is left out',
  ]);
});

test.each([
  ['a: {{ b }}', `a: ${'\uE000'.repeat(7)}`, [1]],
  ['{{ a\n b }}c\nd', `\n${'\uE000'.repeat(5)}c\nd`, [1, 2]],
  ['a {{ b\nc', `a ${'\uE000'.repeat(4)}\nc`, [1]],
  ['a: { b: {c: 1}}', 'a: { b: {c: 1}}', []],
])('keeps the length of %j, line by line', (text, blanked, lines) => {
  expect(blankTemplates(text)).toEqual({ text: blanked, lines });
});

test('a hundred thousand open templates are one', () => {
  expect(blankTemplates('{{'.repeat(100_000)).lines).toEqual([1]);
});

test.each([
  ['no YAML', 'a: 1\n---\nreleases: [', 3, undefined],
  [
    'a template in the way',
    'x: {{ a }} : {\nreleases: []',
    1,
    'templates {{ … }} are not rendered; give init what helmfile build prints',
  ],
  ['no mapping', '- 1', 1, undefined],
  ['too many documents', '---\na: 1\n'.repeat(101), 1, undefined],
])('refuses %s', (_, text, line, hint) => {
  const found = readHelmfile(text, undefined);
  const [issue] = 'issues' in found ? found.issues : [];
  expect([issue?.line, issue?.hint]).toEqual([line, hint ?? issue?.hint]);
});
