import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Issue } from '../../lib/domain/batch/issues.ts';
import { batchJsonSchema } from '../../lib/domain/batch/json-schema.ts';
import { parseBatch } from '../../lib/domain/batch/parse-batch.ts';
import { defaultPillars } from '../../lib/domain/catalogue/catalogue.ts';
import { simulated } from '../domain/batch/reading.ts';
import { acceptedFiles, type BatchFile, beyondSchema, documentOf, exampleFiles, refusedFiles } from './files.ts';
import { validatorsOf } from './validators.ts';

const schema = batchJsonSchema(defaultPillars);
const validators = Object.entries(validatorsOf(schema));
const isRead = (text: string): boolean => 'batch' in parseBatch(text, simulated);
const rows = (files: readonly BatchFile[]) => files.map(({ title, text }) => [title, text] as const);
const saidBy = (document: unknown) =>
  Object.fromEntries(validators.map(([name, accepts]) => [name, accepts(document)]));
const all = (verdict: boolean) => Object.fromEntries(validators.map(([name]) => [name, verdict]));

describe('the published schema agrees with the reader', () => {
  test('there are examples', () => expect(exampleFiles.length).toBeGreaterThan(1));

  test.each(rows(acceptedFiles))('taken: %s', (_, text) => {
    expect(isRead(text)).toBe(true);
    expect(saidBy(documentOf(text))).toEqual(all(true));
  });

  test.each(rows(refusedFiles))('refused: %s', (_, text) => {
    expect(isRead(text)).toBe(false);
    expect(saidBy(documentOf(text))).toEqual(all(false));
  });

  test.each(rows(beyondSchema))('refused by the reader alone: %s', (_, text) => {
    expect(isRead(text)).toBe(false);
    const document = documentOf(text);
    if (document !== undefined) expect(saidBy(document)).toEqual(all(true));
  });
});

/** What only the reader checks: see `beyondSchema`. */
const isBeyond = ({ code }: Issue): boolean => /^(Unknown(?!Key|Pillar)|Duplicate|Ambiguous|Dependency)/.test(code);

test('the two agree on any file', () => {
  const words = [
    'a',
    'docker',
    'Helm',
    'jar',
    'Shared',
    'risk',
    '1+2',
    '1/2',
    '/x',
    '../x',
    'sequential',
    'stop',
    '',
    'v1.0',
    'a b',
  ];
  const value = fc.oneof(
    fc.constantFrom<unknown>(...words, null, 0, 1, 5, 60, 61.5, 3601, 1e20, true, [], ['a'], {}),
    fc.constantFrom<unknown>({ enabled: true }, { path: '/x' }, { priority: 5 }, { mode: 'sequential' }, { c: '1' }),
  );
  const places = [
    ['version'],
    ['surplus'],
    ['deployments'],
    ['deployments', 1],
    ...['metadata', 'defaults', 'strategy'].map((section) => [section]),
    ...['name', 'created', 'tags', 'links'].map((field) => ['metadata', field]),
    ...['mode', 'max_concurrency', 'on_failure'].map((field) => ['strategy', field]),
    ...['environment_id', 'infrastructure_id', 'docker_artifact_type', 'executor', 'timeout', 'pillar'].map((field) => [
      'defaults',
      field,
    ]),
    ...[
      'pillar',
      'service_name',
      'docker_image_version',
      'docker_artifact_type',
      'environment_id',
      'metadata',
      'surplus',
    ].map((field) => ['deployments', 0, field]),
    ...['priority', 'tags', 'dependencies', 'rollback_strategy', 'health_check', 'surplus'].map((field) => [
      'deployments',
      0,
      'metadata',
      field,
    ]),
    ['deployments', 0, 'infrastructure_id'],
    ['releases'],
    ['releases', 'shared'],
    ['releases', 'Risk'],
    ...[
      'version',
      'docker_image_version',
      'docker_artifact_type',
      'infrastructure_id',
      'priority',
      'action',
      'tags',
    ].map((field) => ['releases', 'shared', 'b', field]),
    ...['enabled', 'path', 'port'].map((field) => ['deployments', 0, 'metadata', 'health_check', field]),
  ];
  const change = fc.tuple(fc.constantFrom(...places), fc.option(value, { nil: undefined, freq: 8 }));
  const [accepts] = validators.map(([, each]) => each);
  const told = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
      const document = changes.reduce<unknown>((before, [path, made]) => put(before, path, made), smallest());
      const read = parseBatch(JSON.stringify(document), simulated);
      const isTaken = accepts!(document);
      told[isTaken ? 'taken' : 'refused'] += 1;
      expect(isTaken).toBe('batch' in read || read.issues.every(isBeyond));
    }),
    { numRuns: 400 },
  );
  expect(Math.min(told.taken, told.refused)).toBeGreaterThan(0);
});

const smallest = (): unknown => ({
  version: 'v1.0',
  metadata: { name: 'x' },
  strategy: {},
  defaults: { environment_id: 'staging', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' },
  releases: { shared: { b: { version: '1' } } },
  deployments: [
    {
      ...{ pillar: 'shared', service_name: 'a', docker_image_version: '1' },
      metadata: { health_check: { path: '/x' } },
    },
  ],
});

/** Sets a value, or removes it; does nothing when the path does not exist. */
const put = (root: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown => {
  if (typeof root !== 'object' || root === null || step === undefined) return step === undefined ? value : root;
  if (rest.length > 0 && !Object.hasOwn(root, step)) return root;
  const copy = (Array.isArray(root) ? [...root] : { ...root }) as Record<string | number, unknown>;
  if (rest.length > 0) copy[step] = put(copy[step], rest, value);
  else if (value === undefined) delete copy[step];
  else copy[step] = value;
  return Array.isArray(root) ? Object.values(copy) : copy;
};

describe('the patterns mean the same everywhere', () => {
  const patterns = [...JSON.stringify(schema).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
    JSON.parse(text!),
  );

  test.each([...new Set(patterns)])('%s has only what every dialect has', (pattern: string) => {
    const classes = /\[\^?(?:\\x[0-9a-f]{2}|[^\\[\]])+\]/g;
    const rest = pattern
      .replace(classes, '')
      .replaceAll('(?:', '(')
      .replace(/\\[.n]/g, '');
    expect(rest).toMatch(/^\^?[A-Za-z0-9_:@\-/(){}|?*+,]*\$?$/);
  });
});
