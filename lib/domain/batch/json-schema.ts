import * as z from 'zod';
import type { JsonObject } from '../json.ts';
import { artifactTypes } from '../plan/plan.ts';
import { portablePattern } from '../portable-pattern.ts';
import { versionPatterns } from '../rollout/image-version.ts';
import { sections } from './drafts.ts';
import { extensionPattern } from './extensions.ts';
import { writtenBatchSchema } from './schema.ts';

/** The published schema accepts any pillar. A server's own schema names its pillars. */
const schemaIds = { published: 'urn:flotilla:schema:batch:v1.0', ofServer: '/schemas/batch.json' } as const;

/**
 * The batch format as JSON Schema, as users write it, for editors, tools and the API. Their regular expression dialects
 * differ: the patterns mean the same in ECMA-262 with and without `u`, Python, Go and .NET.
 */
export const batchJsonSchema = (
  pillars: readonly string[] | 'any' = 'any',
  /**
   * Fields that the configuration may provide, so a file need not have them. For the published schema, the
   * configuration is unknown.
   */
  given: ReadonlySet<string> = new Set(pillars === 'any' ? [...neededOnBoth, artifact] : []),
): JsonObject => {
  const schema = z.toJSONSchema(writtenBatchSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema, path }) => {
      const field = path.at(-1);
      if (namesPillar(path) && pillars !== 'any') Object.assign(jsonSchema, inAnyCase(pillars));
      if (isReleases(path)) Object.assign(jsonSchema, { minProperties: 1 });
      if (field === 'docker_artifact_type') Object.assign(jsonSchema, { enum: undefined }, inAnyCase(artifactTypes));
      if (field === 'strategy') Object.assign(jsonSchema, { allOf: [oneAtATime] });
      if (isSection(path)) Object.assign(jsonSchema, { type: [...new Set([jsonSchema.type, 'null'].flat())] });
      if (jsonSchema.pattern !== undefined) Object.assign(jsonSchema, portablePattern(jsonSchema.pattern));
    },
  });
  const rules = [
    { anyOf: [has('deployments'), has('releases')] },
    ...neededOnBoth.filter((field) => !given.has(field)).map((field) => givenHereOrThere(field)),
    ...(given.has(artifact) ? [] : [artifactOfDeploys]),
    ofItsAction,
    ...imageVersions,
  ];
  const $id = pillars === 'any' ? schemaIds.published : schemaIds.ofServer;
  const patternProperties = { [extensionPattern]: true };
  return JSON.parse(JSON.stringify({ $id, title: 'Flotilla batch, v1.0', ...schema, patternProperties, allOf: rules }));
};

type Place = readonly (string | number)[];

/** In the short form the fields of `metadata` are beside the version. */
const isSection = (path: Place): boolean =>
  sections.has(
    path
      .filter((part) => part !== 'properties')
      .join('.')
      .replaceAll('.items', '[]')
      .replace(/^releases(\.additionalProperties){2}\.anyOf\.\d\./, 'deployments[].metadata.'),
  );

const namesPillar = (path: Place): boolean =>
  path.at(-1) === 'pillar' || path.join('/') === 'properties/releases/propertyNames';

/** The mapping of pillars, and each mapping of services. */
const isReleases = (path: Place): boolean => /^properties\/releases(\/additionalProperties)?$/.test(path.join('/'));

/** Lower case for completion, any letter case for validation. */
const inAnyCase = (words: readonly string[]): JsonObject => ({
  type: 'string',
  anyOf: [{ enum: words }, portablePattern(anyCaseOf(words))],
});

const anyCaseOf = (words: readonly string[]): string =>
  `^(${words.map((word) => word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)).join('|')})$`;

const neededOnBoth = ['environment_id', 'infrastructure_id'];

/** For each item. In the short form, an item may be just a version. */
const inItems = (items: JsonObject, short: JsonObject = { type: 'object', ...items }): JsonObject => ({
  properties: {
    deployments: { type: 'array', items: { type: 'object', ...items } },
    releases: { type: 'object', additionalProperties: { type: 'object', additionalProperties: short } },
  },
});

const inDefaults = (defaults: JsonObject): JsonObject => ({
  required: ['defaults'],
  properties: { defaults: { type: 'object', ...defaults } },
});

const when = (condition: JsonObject, then: JsonObject): JsonObject => ({ if: condition, then });

const not = (schema: JsonObject): JsonObject => ({ not: schema });

const has = (field: string): JsonObject => ({ required: [field], properties: { [field]: true } });

/** Each item must set what the defaults do not. */
const givenHereOrThere = (field: string, items: JsonObject = has(field)): JsonObject => ({
  if: inDefaults(has(field)),
  else: inItems(items),
});

const artifact = 'docker_artifact_type';
const isOf = (action: string): JsonObject => ({ required: ['action'], properties: { action: { const: action } } });
const acts: JsonObject = { anyOf: [isOf('delete'), isOf('scale')] };
const versions = { long: 'docker_image_version', short: 'version' } as const;

const artifactOfDeploys = givenHereOrThere(artifact, when(not(acts), has(artifact)));

/** A version only goes with a deploy, and replicas only with a scale. */
const fitting = (version: string): JsonObject => ({
  allOf: [
    when(acts, not(has(version))),
    when(not(acts), has(version)),
    when(isOf('scale'), has('replicas')),
    when(not(isOf('scale')), not(has('replicas'))),
  ],
});

const text: JsonObject = { type: 'string' };

/** Just a version is a deploy. */
const ofItsAction = inItems(fitting(versions.long), { anyOf: [text, { type: 'object', ...fitting(versions.short) }] });

const isOfImages: JsonObject = {
  required: [artifact],
  properties: { [artifact]: { type: 'string', ...portablePattern(anyCaseOf(['docker', 'kustomize'])) } },
};
const imageVersion: JsonObject = { ...text, ...portablePattern(versionPatterns.docker) };
const hasImageVersion = (version: string): JsonObject => ({ properties: { [version]: imageVersion } });

/** For items in both forms that match `of`. `alone` applies to just a version. */
const narrowed = (of: JsonObject, alone: JsonObject): JsonObject =>
  inItems(when(of, hasImageVersion(versions.long)), {
    anyOf: [alone, { type: 'object', ...when(of, hasImageVersion(versions.short)) }],
  });

/** An image version allows fewer characters than a chart version. The item says which it is, else the defaults do. */
const imageVersions: readonly JsonObject[] = [
  narrowed(isOfImages, text),
  when(inDefaults(isOfImages), narrowed(not(has(artifact)), imageVersion)),
];

const oneAtATime = when(
  { required: ['mode'], properties: { mode: { const: 'sequential' } } },
  { properties: { max_concurrency: { const: 1 } } },
);
