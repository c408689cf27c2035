import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kindOfFile } from '../../lib/domain/batch/kind-of-file.ts';
import { schemaFiles } from '../../lib/domain/schema-files.ts';
import { documentOf } from './files.ts';
import { validatorsOf } from './validators.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'schemas');
const files = schemaFiles();
const command = 'node_modules/.bin/node test/schema/write-files.ts';

describe('the schemas in the folder', () => {
  test('exist, and there are no others', () => expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort()));

  test.each(Object.entries(files))('%s matches the code', (name, schema) => {
    const written: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    expect(written, `schemas/${name} is stale. Write it again: ${command}`).toEqual(schema);
  });
});

const validators = Object.fromEntries(Object.entries(files).map(([name, schema]) => [name, validatorsOf(schema)]));

const schemaOf: Readonly<Record<string, keyof typeof files>> = {
  'a batch': 'batch-v1.0.json',
  'a configuration': 'configuration-v1.json',
};

/** Batches and configurations among the examples, with their schemas. */
const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.ya?ml$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(root, 'examples', name), 'utf8') }))
  .flatMap(({ name, text }) => {
    const schema = schemaOf[kindOfFile(documentOf(text)) ?? ''];
    return schema === undefined ? [] : [[name, schema, text] as const];
  });

describe('the examples', () => {
  test('are of both kinds', () => {
    expect([...new Set(examples.map(([, schema]) => schema))].sort()).toEqual(Object.keys(files).sort());
  });

  test.each(examples)('%s tells editors its schema, %s, and follows it', (name, schema, text) => {
    const [first = ''] = text.split('\n');
    const path = relative(dirname(join(root, 'examples', name)), join(folder, schema));
    expect(first).toBe(`# yaml-language-server: $schema=${path}`);
    const document = documentOf(text);
    for (const [validator, accepts] of Object.entries(validators[schema]!))
      expect(accepts(document), validator).toBe(true);
  });
});

describe('the schema of a configuration', () => {
  const [accepts] = Object.values(validators['configuration-v1.json']!);
  const least = { clusters: { 'eu-1': { simulated: true } } };

  test.each<[string, object, boolean]>([
    ['the least', least, true],
    ['a key for anchors', { ...least, 'x-common': [1, { any: 'thing' }] }, true],
    ['a variable where a name belongs', { ...least, requests: { namespaces: ['${NS}'] } }, true],
    ['an environment without settings', { ...least, environments: { staging: null } }, true],
    ['an empty section', { ...least, environments: null }, true],
    ['a services file', { ...least, services: './services.json' }, true],
    ['an unknown key', { ...least, cluster: {} }, false],
    ['a key that only looks like one for anchors', { ...least, xcommon: 1 }, false],
    ['no clusters', { pillars: {} }, false],
    ['empty grants', { ...least, grants: null }, false],
    ['an unknown kind', { ...least, services: { shared: { a: { kind: 'deploymint' } } } }, false],
    ['a bad namespace', { ...least, requests: { namespaces: ['NS'] } }, false],
  ])('%s', (_, document, isTaken) => expect(accepts!(document)).toBe(isTaken));
});
