import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindOfFile } from '../../lib/domain/batch/kind-of-file.ts';
import { readYaml } from '../../lib/domain/batch/read-yaml.ts';
import { batchText, item } from '../domain/batch/reading.ts';

/**
 * Batches that the reader accepts, and batches that it refuses: the published schema must agree, where a schema can.
 */

export interface BatchFile {
  readonly title: string;
  readonly text: string;
}

const examples = join(import.meta.dirname, '../../examples');

/** Every batch among the examples. */
export const exampleFiles: readonly BatchFile[] = readdirSync(examples)
  .filter((name) => /\.(ya?ml|json)$/.test(name))
  .map((title) => ({ title, text: readFileSync(join(examples, title), 'utf8') }))
  .filter(({ text }) => kindOfFile(documentOf(text)) === 'a batch');

/** The document of a text, as another reader returns it; undefined when there is no document. */
export function documentOf(text: string): unknown {
  const yaml = readYaml(text);
  return 'issues' in yaml ? undefined : JSON.parse(JSON.stringify(yaml.root));
}

const digest = `sha256:${'3f'.repeat(32)}`;
const one = item('a');
const of = (title: string, fields: string): BatchFile => ({ title, text: batchText([item('a', fields)]) });
const ofVersion = (version: string, fields = ''): BatchFile => ({
  title: `version ${version} ${fields}`.trim(),
  text: batchText([item('a', fields).replace('"1"', JSON.stringify(version))]),
});
const head = (title: string, lines: string): BatchFile => ({ title, text: batchText([one], lines) });
const withDefaults = (title: string, defaults: string, items = one): BatchFile => ({
  title,
  text: `version: v1.0\ndefaults: { ${defaults} }\ndeployments:\n  - { ${items} }`,
});
const place = 'environment_id: staging, infrastructure_id: cluster-eu-1';
const long = (length: number): string => 'x'.repeat(length);
const list = (length: number, entry = 'x'): string => `[${Array.from({ length }, () => entry).join(', ')}]`;

/** Items in the short form, with what every item needs in the defaults. */
const short = (title: string, releases: string, defaults = `${place}, docker_artifact_type: docker`): BatchFile => ({
  title,
  text: `version: v1.0\ndefaults: { ${defaults} }\nreleases: ${releases}`,
});
const shortOf = (title: string, fields: string): BatchFile => short(title, `{ shared: { a: { ${fields} } } }`);
const both = '[cluster-eu-1, cluster-us-1]';

export const acceptedFiles: readonly BatchFile[] = [
  ...exampleFiles,
  head('as little as there may be', ''),
  withDefaults('letter case of a default', `${place}, docker_artifact_type: Docker`),
  of('letter case of an artifact', 'docker_artifact_type: KUSTOMIZE'),
  { title: 'letter case of a pillar', text: batchText([one.replace('shared', 'Shared')]) },
  withDefaults('everything on the item', 'timeout: 60', `${one}, ${place}, docker_artifact_type: docker`),
  { title: 'no defaults', text: `version: v1.0\ndeployments:\n  - { ${one}, ${place}, docker_artifact_type: docker }` },
  {
    title: 'empty defaults',
    text: `version: v1.0\ndefaults:\ndeployments:\n  - { ${one}, ${place}, docker_artifact_type: helm }`,
  },
  head('empty sections', 'metadata:\nstrategy:'),
  head('keys for anchors', 'x-common: &common { priority: 9 }\nx-: [1, {}]\nx-empty:'),
  head('an empty section in a section', 'metadata: { tags: }'),
  of('empty sections of an item', 'metadata: { tags: , dependencies: , health_check: }'),
  short('the short form', '{ shared: { a: "1", b: { version: "1" } }, Risk: { a: "1" } }'),
  {
    title: 'the short form beside the long one',
    text: `${batchText([one])}\nreleases: { shared: { b: "1" } }`,
  },
  shortOf(
    'all fields side by side',
    'version: "1", priority: 9, timeout: 60, retry_count: 0, tags: [x], dependencies: [], rollback_strategy: none, health_check: { path: /x }, at_once: false, crash_tolerance: 1',
  ),
  shortOf('empty fields of the short form', 'version: "1", tags: , dependencies: , health_check: '),
  shortOf('a place of its own', `version: "1", ${place}`),
  shortOf('a delete in the short form', 'action: delete, executor: kubernetes'),
  short('a chart in the short form', '{ shared: { a: "1+2" } }', `${place}, docker_artifact_type: helm`),
  of('two infrastructures', `infrastructure_id: ${both}`),
  of('one infrastructure in a list', 'infrastructure_id: [cluster-eu-1]'),
  withDefaults(
    'two infrastructures by default',
    `environment_id: staging, infrastructure_id: ${both}, docker_artifact_type: docker`,
  ),
  {
    title: 'dependencies on some infrastructures',
    text: batchText([
      item('a', `infrastructure_id: ${both}`),
      item(
        'b',
        `infrastructure_id: ${both}, metadata: { dependencies: [{ key: a, same_infrastructure: true }, a@cluster-eu-1, { key: shared/a }] }`,
      ),
    ]),
  },
  of('an empty metadata', 'metadata: '),
  of('how a rollout is judged, at its least', 'crash_tolerance: 0, steady_seconds: 0, unblock: false'),
  of('a hotfix without steps', 'at_once: true'),
  of('how a rollout is judged, at its most', 'crash_tolerance: 100, steady_seconds: 3600, unblock: true'),
  ...['1', 'v1.2.3-rc_1', digest, `2.4.0@${digest}`, `${long(128)}@sha512:${'ab'.repeat(64)}`].map((version) =>
    ofVersion(version, 'docker_artifact_type: Docker'),
  ),
  ...['1.0.0+build.7', `1.0.0+build.7@${digest}`].map((version) => ofVersion(version, 'docker_artifact_type: Helm')),
  withDefaults('a chart by default', `${place}, docker_artifact_type: HELM`, one.replace('"1"', '"1+2"')),
  ...['2026-01-31', '2026-01-31T08:00:00Z', '2024-02-29T08:00:00.123+02:00', '2026-01-31T08:00'].map((created) =>
    head(`created ${created}`, `metadata: { created: "${created}" }`),
  ),
  head('one at a time', 'strategy: { mode: sequential, max_concurrency: 1 }'),
  head('limits of a strategy', 'strategy: { mode: parallel, max_concurrency: 10000, on_failure: stop }'),
  head(
    'texts at their limits',
    `metadata: { name: ${long(100)}, description: "", author: ${long(100)}, tags: ${list(100)} }`,
  ),
  head('empty links', 'metadata: { links: }'),
  head(
    'links',
    `metadata: { links: { ci: "https://ci.example.com/runs/17?a=b#c", ${long(64)}: "http://127.0.0.1:8080" } }`,
  ),
  of('tags of other letters', 'metadata: { tags: [Prüfung №1, 環境 🍏] }'),
  of('an environment at its limit', `environment_id: ${long(64)}`),
  of('a tag of 256 characters in 512 halves', `metadata: { tags: [${'🍏'.repeat(256)}] }`),
  of('numbers that are whole all the same', 'metadata: { priority: 10.0, timeout: 6e1, retry_count: 0 }'),
  of('lists at their limits', `metadata: { tags: ${list(10, long(256))}, dependencies: [] }`),
  of('a health check', 'metadata: { health_check: { enabled: false, path: "/a?b=/c", port: 65535, timeout: 300 } }'),
];

/** Faults that a schema can express: no program that checks by it accepts such a file. */
export const refusedFiles: readonly BatchFile[] = [
  { title: 'no version', text: batchText([one]).replace('version: v1.0\n', '') },
  ...['v2.0', 'v1', '1.0', '"v1.0\\n"'].map((version) => ({
    title: `version ${version} of the format`,
    text: batchText([one]).replace('v1.0', version),
  })),
  { title: 'no deployments', text: 'version: v1.0' },
  short('no releases', '{}'),
  short('empty releases', ''),
  short('a list of releases', '[a]'),
  short('a pillar without services', '{ shared: {} }'),
  short('an empty pillar', '{ shared: }'),
  short('an unknown pillar in the short form', '{ sahred: { a: "1" } }'),
  short('a service of other letters', '{ shared: { ä: "1" } }'),
  short('a number for a version in the short form', '{ shared: { a: 1.10 } }'),
  short('an empty version', '{ shared: { a: } }'),
  short('versions in a list', '{ shared: { a: ["1"] } }'),
  short('a chart version for an image, alone', '{ shared: { a: "1+2" } }'),
  short('no artifact for a version alone', '{ shared: { a: "1" } }', place),
  short('no environment for a version alone', '{ shared: { a: "1" } }', 'infrastructure_id: cluster-eu-1'),
  ...[
    'docker_image_version: "1"',
    'version: "1", metadata: {}',
    'version: "1", pillar: shared',
    'version: "1", service_name: a',
    'version: "1", strategy: {}',
    'version: "1+2"',
    'version: "1", priority: 11',
    'version: "1", action: delete',
    'priority: 1',
    'version: "1", replicas: 1',
  ].map((fields) => shortOf(`in the short form: ${fields}`, fields)),
  of('no infrastructure in a list', 'infrastructure_id: []'),
  of('an infrastructure twice', 'infrastructure_id: [cluster-eu-1, cluster-eu-1]'),
  of('a number among infrastructures', 'infrastructure_id: [cluster-eu-1, 7]'),
  of('21 infrastructures', `infrastructure_id: [${Array.from({ length: 21 }, (_, nth) => `c${nth}`).join(', ')}]`),
  withDefaults(
    'an infrastructure twice by default',
    'environment_id: staging, infrastructure_id: [cluster-eu-1, cluster-eu-1], docker_artifact_type: docker',
  ),
  of('a dependency without a key', 'metadata: { dependencies: [{ same_infrastructure: true }] }'),
  of('a dependency with an unknown key', 'metadata: { dependencies: [{ key: a, same: true }] }'),
  of('a word for same_infrastructure', 'metadata: { dependencies: [{ key: a, same_infrastructure: yes }] }'),
  { title: 'an empty list of deployments', text: 'version: v1.0\ndeployments: []' },
  { title: 'deployments by name', text: `version: v1.0\ndeployments: { a: { ${one} } }` },
  { title: 'a word for a deployment', text: `${batchText([one])}\n  - word` },
  head('an unknown key', 'deployment: []'),
  head('an unknown key that is empty', 'tags:'),
  ...['X-common', 'xcommon', 'x_common'].map((key) => head(`the unknown key ${key}`, `${key}: {}`)),
  head('words for metadata', 'metadata: words'),
  head('an empty name', 'metadata: { name: "" }'),
  head('a name that is too long', `metadata: { name: ${long(101)} }`),
  head('a description that is too long', `metadata: { description: ${long(501)} }`),
  head('an author that is too long', `metadata: { author: ${long(101)} }`),
  head('an author that is a number', 'metadata: { author: 7 }'),
  ...[
    'ftp://example.com',
    'javascript:alert(1)',
    'https://ada:secret@example.com',
    'https://example.com/a b',
    'https://example.com/${x}',
    'https://example.com/\\n',
    'https://',
    `https://example.com/${long(481)}`,
    '',
  ].map((link) => head(`a link to ${link.slice(0, 40)}`, `metadata: { links: { ci: "${link}" } }`)),
  head('a link that is a number', 'metadata: { links: { ci: 17 } }'),
  head('a link of no plain name', 'metadata: { links: { "a b": "https://example.com" } }'),
  head('a list of links', 'metadata: { links: ["https://example.com"] }'),
  head(
    'too many links',
    `metadata: { links: { ${Array.from({ length: 11 }, (_, nth) => `l${nth}: "https://example.com"`).join(', ')} } }`,
  ),
  head('too many tags', `metadata: { tags: ${list(101)} }`),
  head('a tag that is too long', `metadata: { tags: [${long(257)}] }`),
  ...[
    'yesterday',
    '2026-02-30',
    '2026-01',
    '2026-02-30T08:00:00Z',
    '2025-02-29T08:00:00Z',
    '2026-01-31T24:00:00Z',
    '٢026-01-31T08:00:00Z',
  ].map((created) => head(`created ${created}`, `metadata: { created: "${created}" }`)),
  head('created with a line break behind it', 'metadata: { created: "2026-01-31T08:00:00Z\\n" }'),
  head('an unknown mode', 'strategy: { mode: waves }'),
  head('a mode in capitals', 'strategy: { mode: Parallel }'),
  head('nothing at once', 'strategy: { max_concurrency: 0 }'),
  head('too many at once', 'strategy: { max_concurrency: 10001 }'),
  head('two at once, one at a time', 'strategy: { mode: sequential, max_concurrency: 2 }'),
  withDefaults('an unknown artifact by default', `${place}, docker_artifact_type: jar`),
  withDefaults('a pillar by default', `${place}, docker_artifact_type: docker, pillar: shared`),
  withDefaults('no time', `${place}, docker_artifact_type: docker, timeout: 59`),
  withDefaults('too much time', `${place}, docker_artifact_type: docker, timeout: 3601`),
  withDefaults('a time that is empty', `${place}, docker_artifact_type: docker, timeout: `),
  withDefaults('half a second', `${place}, docker_artifact_type: docker, timeout: 60.5`),
  withDefaults('too many tries', `${place}, docker_artifact_type: docker, retry_count: 6`),
  withDefaults('no artifact', place),
  withDefaults('no environment', 'infrastructure_id: cluster-eu-1, docker_artifact_type: docker'),
  withDefaults('no infrastructure', 'environment_id: staging, docker_artifact_type: docker'),
  { title: 'no defaults, and not all on the item', text: `version: v1.0\ndeployments:\n  - { ${one}, ${place} }` },
  { title: 'empty defaults, and not all on the item', text: `version: v1.0\ndefaults:\ndeployments:\n  - { ${one} }` },
  ...['pillar: shared, ', 'service_name: a, ', ', docker_image_version: "1"'].map((part) => ({
    title: `without ${part}`,
    text: batchText([one.replace(part, '')]),
  })),
  ...['sahred', '""', '7', '"shared\\n"', 'riſk', '"ris\u212a"'].map((pillar) => ({
    title: `pillar ${pillar}`,
    text: batchText([one.replace('shared', pillar)]),
  })),
  ...['-a', 'a b', '""', '"a\\n"', 'a.b', 'ä', long(129), '7'].map((name) => ({
    title: `service ${name}`,
    text: batchText([item(name)]),
  })),
  { title: 'a number for a version', text: batchText([one.replace('"1"', '2.10')]) },
  ...[
    '',
    '-1',
    '.1',
    '1 2',
    '1\n',
    'feature/login',
    'host:5000/mail:1.0',
    'sha256:3f',
    `2.4.0@${digest}x`,
    long(129),
    long(265),
  ].flatMap((version) => ['docker', 'helm'].map((artifact) => ofVersion(version, `docker_artifact_type: ${artifact}`))),
  ...['docker', 'Kustomize'].map((artifact) => ofVersion('1.0.0+build.7', `docker_artifact_type: ${artifact}`)),
  ofVersion('1.0.0+build.7'),
  withDefaults('a + by default', `${place}, docker_artifact_type: KUSTOMIZE`, one.replace('"1"', '"1+2"')),
  ...[
    '""',
    '"a b"',
    '"a\\n"',
    '"a\\u200b"',
    '"a\\u00a0"',
    '"\\ufeffa"',
    '"a\\u202eb"',
    '"a\\ue000"',
    '7',
    '',
    long(65),
  ].flatMap((word) =>
    ['environment_id', 'infrastructure_id', 'executor'].map((field) => of(`${field}: ${word}`, `${field}: ${word}`)),
  ),
  of('an environment of other letters', 'environment_id: Prüfung'),
  of('an environment of 65 characters', `environment_id: ${long(65)}`),
  of('a tag of 257 characters in 514 halves', `metadata: { tags: [${'🍏'.repeat(257)}] }`),
  ...['<word>', '{word}', 'a$'].flatMap((word) => [
    of(`an environment ${word}`, `environment_id: "${word}"`),
    of(`a tag ${word}`, `metadata: { tags: ["${word}"] }`),
  ]),
  of('an unknown artifact', 'docker_artifact_type: jar'),
  of('an artifact with a line break behind it', 'docker_artifact_type: "docker\\n"'),
  of('an unknown key of an item', 'timeout: 60'),
  of('an empty unknown key of an item', 'strategy: '),
  of('a number for metadata', 'metadata: 5'),
  ...['0', '11', '1.5', 'high', '"5"', 'true', '', '99999999999999999999'].map((priority) =>
    of(`priority ${priority}`, `metadata: { priority: ${priority} }`),
  ),
  ...['-1', '101', '1.5', '"1"', 'true', ''].map((ends) => of(`crash_tolerance ${ends}`, `crash_tolerance: ${ends}`)),
  ...['-1', '3601', '1.5', '"1"', ''].map((time) => of(`steady_seconds ${time}`, `steady_seconds: ${time}`)),
  ...['yes', '1', '"true"', ''].map((word) => of(`unblock ${word}`, `unblock: ${word}`)),
  of('how a rollout is judged, in metadata', 'metadata: { crash_tolerance: 1 }'),
  of('too little time', 'metadata: { timeout: 59 }'),
  of('too many tries of an item', 'metadata: { retry_count: 6 }'),
  of('too many tags of an item', `metadata: { tags: ${list(11)} }`),
  of('a tag that is a number', 'metadata: { tags: [1] }'),
  of('tags that are no list', 'metadata: { tags: a }'),
  of('too many dependencies', `metadata: { dependencies: ${list(11)} }`),
  of('an empty dependency', 'metadata: { dependencies: [""] }'),
  of('an unknown strategy', 'metadata: { rollback_strategy: never }'),
  of('a strategy in capitals', 'metadata: { rollback_strategy: Automatic }'),
  of('an unknown key of a health check', 'metadata: { health_check: { url: /x } }'),
  of('a yes', 'metadata: { health_check: { enabled: yes } }'),
  of('a path without a slash', 'metadata: { health_check: { path: ready } }'),
  of('a path that leads out of the service', 'metadata: { health_check: { path: /a/../../b } }'),
  of('a path with an escape', 'metadata: { health_check: { path: /a%62 } }'),
  of('a path that is empty', 'metadata: { health_check: { path: "" } }'),
  of('a path that is too long', `metadata: { health_check: { path: /${long(1024)} } }`),
  of('port 0', 'metadata: { health_check: { port: 0 } }'),
  of('port 65536', 'metadata: { health_check: { port: 65536 } }'),
  of('a long check', 'metadata: { health_check: { timeout: 301 } }'),
];

/**
 * Faults that no schema can express: how values combine, what the configuration defines, and how the text is written.
 */
export const beyondSchema: readonly BatchFile[] = [
  { title: 'the same service twice', text: batchText([one, one]) },
  of('a dependency on itself', 'metadata: { dependencies: [a] }'),
  of('an unknown dependency', 'metadata: { dependencies: [b] }'),
  {
    title: 'a cycle',
    text: batchText([item('a', 'metadata: { dependencies: [b] }'), item('b', 'metadata: { dependencies: [a] }')]),
  },
  {
    title: 'a dependency that two pillars have',
    text: batchText([one, one.replace('shared', 'risk'), item('c', 'metadata: { dependencies: [a] }')]),
  },
  of('an infrastructure that the configuration has not', 'infrastructure_id: mars'),
  of('two infrastructures that the configuration has not', 'infrastructure_id: [mars, venus]'),
  short('the same service twice in the short form', '{ shared: { a: "1" }, Shared: { a: "1" } }'),
  of('an unknown executor', 'executor: helm'),
  { title: 'a key twice', text: `${batchText([one])}\nversion: v1.0` },
  of('two merge keys', 'metadata: { <<: { priority: 9 }, <<: { priority: 8 } }'),
  {
    title: 'an anchor twice',
    text: batchText([item('a', 'metadata: &m { priority: 9 }'), item('b', 'metadata: &m {}')]),
  },
  { title: 'an alias of nothing, for a section', text: batchText([item('a', 'metadata: *nobody')]) },
  head('half a character', 'metadata: { name: "\\ud800" }'),
  { title: 'two documents', text: `${batchText([one])}\n---\n${batchText([one])}` },
  { title: 'a tab for indentation', text: 'version: v1.0\n\tdeployments: []' },
];
