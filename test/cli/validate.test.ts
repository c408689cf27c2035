import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { schemaNames } from '../../lib/cli/offline-names.ts';
import { batchJsonSchema } from '../../lib/domain/batch/json-schema.ts';
import { type RunOptions, run } from './cli-world.ts';

const root = join(import.meta.dirname, '..', '..');
const examples = join(root, 'examples');

const batchOf = (...services: readonly string[]): string => `version: v1.0
metadata: { name: One }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }
deployments:
${services.map((name) => `  - { pillar: risk, service_name: ${name}, docker_image_version: "1.0" }`).join('\n')}
`;
const wrong = batchOf('limit-check').replace('docker_image_version', 'docker_image_versoin');

const inFolder = async (files: Readonly<Record<string, string>>, argv: readonly string[], options: RunOptions = {}) => {
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-validate-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return run(['validate', ...argv], { directory, ...options });
};

test('a batch and the configuration next to it', async () => {
  const { status, out, error } = await run(['validate', 'small.yaml', 'flotilla.config.yaml'], { directory: examples });
  expect([status, out.at(-1), error]).toEqual([0, '2 of 2 files are valid.', []]);
  expect(out).toEqual(
    expect.arrayContaining([
      'small.yaml: valid, a batch of 2 deployments',
      'flotilla.config.yaml: valid, a configuration',
    ]),
  );
});

test('all problems of all files, each with its place: 2', async () => {
  const files = { 'a.yaml': wrong, 'b.yaml': batchOf('limit-check', 'exposure-calc'), 'c.yaml': 'a: [' };
  const { status, out } = await inFolder(files, ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml']);
  expect(status).toBe(2);
  expect(out.filter((line) => !line.startsWith(' '))).toEqual([
    'a.yaml: not valid, 1 problem',
    'b.yaml: valid, a batch of 2 deployments',
    expect.stringMatching(/^c\.yaml: not valid, /),
    'd.yaml cannot be read: there is no such file.',
    '1 of 4 files are valid.',
  ]);
  expect(out.join('\n')).toMatch(/ {2}a\.yaml:5:\d+ .*docker_image_versoin.*did you mean/);
});

test('checks standard input, and prints no count for a single file', async () => {
  const { status, out } = await inFolder({}, ['-'], { stdin: batchOf('limit-check') });
  expect([status, out.filter((line) => !line.startsWith('  warning'))]).toEqual([
    0,
    ['<stdin>: valid, a batch of 1 deployment'],
  ]);
});

test.each([
  [['--config', 'mine.yaml', 'b.yaml'], 'named'],
  [['mine.yaml', 'b.yaml'], 'among the files'],
  [['b.yaml'], 'here'],
])('checks batches with the configuration %j', async (argv, where) => {
  const files = { [where === 'here' ? 'flotilla.config.yaml' : 'mine.yaml']: 'pillars: [\n', 'b.yaml': batchOf('a') };
  const { status, out } = await inFolder(files, argv);
  expect([status, out.filter((line) => /^b\.yaml/.test(line)).length]).toEqual([
    2,
    where === 'among the files' ? 1 : 1,
  ]);
});

test('recognises a configuration by its content, and does not require secrets', async () => {
  const { out } = await run(['validate', 'flotilla.config.yaml'], { directory: examples, env: { HOME: '/home' } });
  expect(out[0]).toBe('flotilla.config.yaml: valid, a configuration');
});

test('prints the same as JSON with --json', async () => {
  const { status, out } = await inFolder({ 'a.yaml': wrong }, ['a.yaml', '--json']);
  expect([status, JSON.parse(out.join(''))]).toEqual([
    2,
    {
      ...{ valid: 0, total: 1 },
      files: [
        {
          ...{ file: 'a.yaml', kind: 'batch', valid: false, warnings: [] },
          issues: expect.arrayContaining([expect.objectContaining({ line: 5, code: 'UnknownKey' })]),
        },
      ],
    },
  ]);
});

test.each([
  [['-', '-'], 'The standard input can be read once: give - once.'],
  [[], "Missing required argument 'files'."],
])('rejects %j: 2', async (argv, told) => {
  const { status, error } = await run(['validate', ...argv]);
  expect([status, error[0]]).toEqual([2, told]);
});

test.each(schemaNames)('prints the schema %s indented for people, and on one line for programs', async (name) => {
  const pretty = await run(['schema', name]);
  const compact = await run(['schema', name, '--json']);
  expect([compact.out.length, JSON.parse(compact.out[0]!)]).toEqual([1, JSON.parse(pretty.out.join('\n'))]);
  expect(JSON.parse(compact.out[0]!)).toMatchObject({ $schema: expect.stringContaining('json-schema.org') });
});

test('prints the schema of batches by default, as published', async () => {
  const expected = JSON.parse(JSON.stringify(batchJsonSchema()));
  expect(JSON.parse((await run(['schema', '--json'])).out[0]!)).toEqual(expected);
});

test.each<[what: string, name: string, argv: readonly string[]]>([
  ['among the files', 'config.yaml', ['a.yaml', 'config.yaml', 'b.yaml']],
  ['next to them', 'flotilla.config.yaml', ['a.yaml', 'b.yaml']],
  ['named with --config', 'other.yaml', ['a.yaml', 'b.yaml', '--config', 'other.yaml']],
])('reports problems of a configuration %s once, with its name', async (_, name, argv) => {
  const files = {
    [name]: 'clusters: { a: { simulated: true } }\npillars: 3\n',
    'a.yaml': batchOf('limit-check'),
    'b.yaml': wrong,
  };
  const { status, out } = await inFolder(files, argv);
  expect(status).toBe(2);
  expect([...out].sort()).toEqual([
    expect.stringMatching(/^ {2}b\.yaml:5:\d+ .*docker_image_versoin/),
    expect.stringMatching(`^  ${name}:2:10 pillars: `),
    '0 of 3 files are valid.',
    `a.yaml: not checked: the configuration ${name} is not valid`,
    'b.yaml: not valid, 1 problem',
    `${name}: not valid, 1 problem`,
  ]);
});

test.each<[what: string, batch: string]>([
  ['an unknown cluster', batchOf('a').replace('cluster-eu-1', 'prod-eu')],
  ['an unknown pillar', batchOf('a').replace('pillar: risk', 'pillar: web')],
  ['another executor', batchOf('a').replace('defaults: {', 'defaults: { executor: kubernetes,')],
  ['fields that the configuration may supply', batchOf('a').replace(/^defaults.*\n/m, '')],
])('does not judge a batch by the default configuration if its own is not valid: %s', async (_, batch) => {
  const files = { 'flotilla.config.yaml': 'clusters: { prod-eu: 3 }\n', 'a.yaml': batch };
  const { status, out } = await inFolder(files, ['a.yaml']);
  expect([status, out[0]]).toEqual([2, 'a.yaml: not checked: the configuration flotilla.config.yaml is not valid']);
});

test('reports a field that no configuration supplies, even if the configuration is not valid', async () => {
  const batch = batchOf('a').replace('cluster-eu-1', 'prod-eu').replace(', docker_image_version: "1.0"', '');
  const { out } = await inFolder({ 'flotilla.config.yaml': 'clusters: 3\n', 'a.yaml': batch }, ['a.yaml']);
  expect(out.slice(0, 2)).toEqual([
    'a.yaml: not valid, 1 problem',
    expect.stringContaining('docker_image_version: is missing'),
  ]);
});
