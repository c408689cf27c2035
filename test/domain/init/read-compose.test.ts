// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose files name variables so
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../../lib/domain/init/read-compose.ts';

const read = (text: string, pillar?: string) => {
  const found = readCompose(text, pillar);
  if ('issues' in found) throw new Error(JSON.stringify(found.issues));
  return {
    services: found.services,
    notes: found.notes.map(({ line, about, message }) => `${line} ${about}: ${message}`),
  };
};

const one = (fields: string) => read(`services:\n  web: { ${fields} }`);

test('reads a compose file as services, without its environment', () => {
  const text = `name: shop
x-common: &common { environment: { PASSWORD: hunter2 } }
services:
  web:
    <<: *common
    image: registry.example.com:5000/shop/web:1.4.0
    depends_on: { db: { condition: service_healthy } }
    ports: ["127.0.0.1:80:8080/tcp"]
    healthcheck: { test: [CMD, curl, -f, "http://localhost/ready?token=hunter2"] }
  db: { image: "postgres:16.2@sha256:${'a'.repeat(64)}", environment: ["PASSWORD=hunter2"], deploy: { replicas: 0 } }
`;
  const { services, notes } = read(text);
  expect(services).toEqual([
    {
      ...{ pillar: 'shop', service: 'web', kind: 'deployment', name: 'web', artifact: 'docker' },
      ...{ image: 'registry.example.com:5000/shop/web', version: '1.4.0' },
      health: { path: '/ready', port: 80 },
    },
    {
      ...{ pillar: 'shop', service: 'db', kind: 'deployment', name: 'db', artifact: 'docker', isScaledToZero: true },
      ...{ image: 'postgres', version: `16.2@sha256:${'a'.repeat(64)}` },
    },
  ]);
  expect(notes).toEqual([
    '4 web: the query of its health check may contain a secret, so it is left out',
    '4 web: depends on "db", which is scaled to 0; the dependency is left out',
  ]);
  expect(JSON.stringify(services)).not.toContain('hunter2');
});

describe('a health check', () => {
  test.each([
    ['["CMD", "curl", "http://127.0.0.1:9000/up"]', { path: '/up', port: 9000 }],
    ['["CMD-SHELL", "wget -q http://localhost:8080 || exit 1"]', { path: '/', port: 8080 }],
    ['"curl -fsS \'http://localhost:3000/a/b\' -o /dev/null"', { path: '/a/b', port: 3000 }],
    ['["CMD", "curl", "http://localhost/h?x=1"]', { path: '/h?x=1', port: 80 }],
    ['"curl \'http://localhost/h?x=1&y=2\' && true"', { path: '/h?x=1&y=2', port: 80 }],
    ['["NONE"]', undefined],
    ['["CMD", "curl", "http://db:9000/up"]', undefined],
    ['["CMD", "pg_isready"]', undefined],
    ['["CMD", "curl", "http://localhost:99999/up"]', undefined],
    ['["CMD", "curl", "http://localhost:8080/../up"]', undefined],
    ['["CMD-SHELL", "curl http://localhost:$PORT/up"]', undefined],
    ['["CMD", "curl", "http://localhost.example.com/up"]', undefined],
  ])('%s', (written, health) => {
    expect(one(`image: "a:1", healthcheck: { test: ${written} }`).services[0]?.health).toEqual(health);
  });
});

test.each([
  ['5s', 5],
  ['1m30s', 90],
  ['500ms', 1],
  ['1h', 300],
  ['"${T}"', undefined],
  ['5', undefined],
])('a health check that may take %s', (written, seconds) => {
  const check = `{ test: "curl http://localhost/h", timeout: ${written} }`;
  expect(one(`image: "a:1", healthcheck: ${check}`).services[0]?.health?.timeout).toBe(seconds);
});

describe('reports by line what cannot be written, with what to do', () => {
  test.each([
    ['build: .', '2 web: left out: it is built locally and has no image. Write the image that is pushed'],
    ['image: "a:${TAG}"', '2 web: left out: its image "a:${TAG}" has a variable; write its value'],
    ['image: "a b:1"', '2 web: left out: its image "a b:1" is not written as repository:tag'],
    ['image: "me:hunter2@reg/a:1"', '2 web: left out: its image has a user name or a password; write it without'],
    ['image: "a:1", profiles: [debug]', '2 web: compose starts it only for its profiles; remove it if'],
    ['command: x', '2 web: left out: it has no image'],
    ['image: "a:1", depends_on: [gone]', '2 web: depends on "gone", which was not found; the dependency is left out'],
    ['image: "a:1", depends_on: [web]', '2 web: depends on "web", which is itself; the dependency is left out'],
    ['image: a', '2 web: its image has no version, so latest is written; put the version in'],
    [
      'image: "a:1", healthcheck: { "timeout": 1h, test: "curl http://localhost/" }',
      '2 web: the timeout of its health check is cut to 300 s, the longest allowed',
    ],
    [
      'image: "a:1", healthcheck: { test: "true" }',
      '2 web: its health check is a command, which Flotilla does not run',
    ],
  ])('%s', (fields, note) => {
    expect(one(fields).notes).toEqual([expect.stringContaining(note)]);
  });

  test('a dependency on a service that is left out', () => {
    const text = `services:
  web: { image: "a:1", depends_on: [builder, tagged] }
  builder: { build: . }
  tagged: { image: "a:\${TAG}" }`;
    expect(read(text).notes.slice(0, 2)).toEqual([
      '2 web: depends on "builder", which was left out: it is built locally and has no image; the dependency is left out',
      '2 web: depends on "tagged", which was left out: its image "a:${TAG}" has a variable; write its value; the dependency is left out',
    ]);
  });

  test('included files', () => {
    expect(read('include: [other.yaml]\nservices: { a: { image: "a:1" } }').notes).toEqual([
      expect.stringContaining('1 include: other files are not read'),
    ]);
  });
});

test('services whose names lead to one object get two objects', () => {
  const { services, notes } = read('services: { web: { image: "a:1" }, Web: { image: "a:1" } }');
  expect(services.map(({ service, name }) => [service, name])).toEqual([
    ['web', 'web'],
    ['Web', 'web-2'],
  ]);
  expect(notes).toEqual(['1 Web: the object becomes web-2: "web" is taken']);
});

test('nothing waits for a service that is scaled to 0', () => {
  const { services, notes } = read(
    'services: { web: { image: "a:1", depends_on: [db] }, db: { image: "a:1", scale: 0, depends_on: [web] } }',
  );
  expect(services.map(({ service, dependencies }) => [service, dependencies])).toEqual([
    ['web', undefined],
    ['db', ['default/web']],
  ]);
  expect(notes).toEqual(['1 web: depends on "db", which is scaled to 0; the dependency is left out']);
});

test('names that do not fit are changed and reported, and never clash', () => {
  const { services, notes } = read(
    'services:\n  a.b: { image: "a:1", depends_on: [a-b] }\n  a-b: { image: "a:1" }\n  _: { image: "a:1" }',
    'My Team',
  );
  expect(services.map(({ pillar, service, name, dependencies }) => [pillar, service, name, dependencies])).toEqual([
    ['my-team', 'a-b-2', 'a-b-2', ['my-team/a-b']],
    ['my-team', 'a-b', 'a-b', undefined],
    ['my-team', 'service', 'service', undefined],
  ]);
  expect(notes).toEqual([
    '2 a.b: the service becomes a-b-2: "a.b" has characters that Flotilla does not accept',
    '2 a.b: the pillar becomes my-team: "My Team" has characters that Flotilla does not accept',
    '4 _: the service becomes service: "_" has characters that Flotilla does not accept',
  ]);
});

test('no service takes the name of one that is left out', () => {
  const { services } = read('services:\n  a.b: { image: "a:1" }\n  a-b: { build: . }');
  expect(services.map(({ service }) => service)).toEqual(['a-b-2']);
});

test('cuts dependencies beyond the limit of a batch', () => {
  const names = Array.from({ length: 12 }, (_, at) => `d${at}`);
  const text = `services:\n  web: { image: "a:1", depends_on: [${names}] }\n${names.map((name) => `  ${name}: { image: "a:1" }\n`).join('')}`;
  const { services, notes } = read(text);
  expect(services[0]?.dependencies).toHaveLength(10);
  expect(notes).toEqual(['2 web: depends on 12 services; the first 10 are written']);
});

const nested = `services: ${'{a: '.repeat(60)}1${'}'.repeat(60)}`;
const bomb = `a: &a [1,1,1,1,1,1,1,1,1,1]\n${Array.from({ length: 9 }, (_, at) => `b${at}: &b${at} [${Array(10).fill(at === 0 ? '*a' : `*b${at - 1}`)}]`).join('\n')}\nservices: {}`;

test.each([
  ['no mapping', '[1]', 'this is not a compose file'],
  ['no services', 'version: "3"', 'this is not a compose file'],
  ['no YAML', 'services: {', ''],
  ['too deep', nested, 'levels of lists and mappings'],
  ['a bomb', bomb, 'alias'],
  ['two services with one name', 'services:\n  a: { image: "a:1" }\n  a: { image: "b:1" }', ''],
])('refuses %s', (_, text, message) => {
  const found = readCompose(text, undefined);
  expect('issues' in found && found.issues[0]?.message).toContain(message);
});
