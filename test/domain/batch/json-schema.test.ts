import { expect, test } from 'vitest';
import { batchJsonSchema } from '../../../lib/domain/batch/json-schema.ts';
import { defaultPillars } from '../../../lib/domain/catalogue/catalogue.ts';

const at = (path: string): unknown =>
  path
    .split('/')
    .reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], batchJsonSchema(defaultPillars));

test('the JSON Schema describes what users write: fields with a default are optional', () => {
  expect(at('$id')).toBe('/schemas/batch.json');
  expect(at('required')).toEqual(['version']);
  expect(at('allOf/0')).toMatchObject({ anyOf: [{ required: ['deployments'] }, { required: ['releases'] }] });
  expect(at('properties/deployments/items/required')).toEqual(['pillar', 'service_name']);
  expect(at('additionalProperties')).toBe(false);
  expect(at('properties/deployments/items/additionalProperties')).toBe(false);
});

test.each([
  ['properties/version', { type: 'string', enum: ['v1.0'] }],
  ['properties/deployments', { minItems: 1, maxItems: 10_000 }],
  ['properties/deployments/items/properties/metadata/properties/priority', { minimum: 1, maximum: 10, default: 5 }],
  [
    'properties/deployments/items/properties/metadata/properties/timeout',
    { minimum: 60, maximum: 3600, default: 1800 },
  ],
  ['properties/deployments/items/properties/metadata/properties/dependencies', { maxItems: 10 }],
  ['properties/deployments/items/properties/pillar', { anyOf: [{ enum: ['clearing', 'risk', 'data', 'shared'] }, {}] }],
  ['properties/strategy/properties/on_failure', { enum: ['continue', 'stop', 'rollback'], default: 'continue' }],
  ['properties/defaults/properties/docker_artifact_type', { anyOf: [{ enum: ['docker', 'helm', 'kustomize'] }, {}] }],
])('%s has its limits', (path, limits) => {
  expect(at(path)).toMatchObject(limits);
});

test('the pillars of a configuration replace the default ones', () => {
  expect(JSON.stringify(batchJsonSchema(['north', 'south']))).toContain('"enum":["north","south"]');
});

test('fields that a configuration may give are optional', () => {
  const rulesOf = (...schema: Parameters<typeof batchJsonSchema>): string =>
    JSON.stringify(batchJsonSchema(...schema).allOf);
  expect(rulesOf(['risk'])).toContain('"required":["environment_id"]');
  expect(rulesOf(['risk'], new Set(['environment_id']))).not.toContain('"required":["environment_id"]');
  expect(rulesOf()).not.toContain('"required":["environment_id"]');
});

test('the published schema accepts any pillar, and has its own name', () => {
  expect(batchJsonSchema()).toMatchObject({ $id: 'urn:flotilla:schema:batch:v1.0', title: 'Flotilla batch, v1.0' });
  expect(JSON.stringify(batchJsonSchema())).not.toContain('clearing');
});
