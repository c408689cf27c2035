import * as z from 'zod';
import { extensionPattern } from '../batch/extensions.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { artifactTypes, workloadKinds } from '../plan/plan.ts';
import { portablePattern } from '../portable-pattern.ts';
import { wholeConfigurationSchema } from './configuration-schema.ts';

/**
 * The form of `flotilla.config.yaml` as JSON Schema, for editors. The reader checks more: for example, that every name
 * which the file uses exists.
 */
export const configurationJsonSchema = (): JsonObject => {
  const schema = z.toJSONSchema(wholeConfigurationSchema, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  const { $schema, ...form } = written(JSON.parse(JSON.stringify(schema)), '') as JsonObject;
  const head = { $schema: $schema!, $id: 'urn:flotilla:schema:configuration:v1', title: 'Flotilla configuration, v1' };
  return { ...head, ...form, patternProperties: { [extensionPattern]: true } };
};

/** A schema in terms of what users write. `place` is its path from the root. */
const written = (schema: Json, place: string): Json => {
  if (Array.isArray(schema)) return schema.map((one, nth) => written(one, `${place}/${nth}`));
  if (!isObject(schema)) return schema;
  const members = Object.entries(schema).map(([key, member]) => [key, written(member, `${place}/${key}`)]);
  const form: JsonObject = { ...Object.fromEntries(members), ...patternOf(schema), ...kindsOf(place) };
  if (place === '/properties/services') return { anyOf: [pathOfServices, form, empty] };
  if (mayBeEmpty(place)) return { anyOf: [form, empty] };
  return schema.type === 'string' && !place.includes('/propertyNames') ? orVariable(form) : form;
};

const patternOf = ({ pattern }: JsonObject): JsonObject =>
  typeof pattern === 'string' ? portablePattern(pattern) : {};

/** Words that are accepted in any case, and completed in lower case. */
const kindsOf = (place: string): JsonObject => {
  if (place.endsWith('/docker_artifact_type')) return { enum: artifactTypes };
  return /\/(kind|k8s_object_type)$/.test(place) ? { enum: workloadKinds } : {};
};

const empty: JsonObject = { type: 'null' };

const pathOfServices: JsonObject = {
  type: 'string',
  minLength: 1,
  description: 'Path of the services file, relative to this file.',
};

/** A text with a variable can be anything: only the place where Flotilla runs knows the value. */
const orVariable = (schema: JsonObject): JsonObject => {
  const isAnyText = Object.keys(schema).every((rule) => rule === 'type' || rule === 'minLength');
  return isAnyText ? schema : { anyOf: [schema, { type: 'string', pattern: '[$][{]' }] };
};

/**
 * Exceptions: without clusters nothing works, and an empty section of the others would allow more than its author
 * meant.
 */
const emptySections = /^\/properties\/(?!clusters$|harness$|grants$|roles$)[^/]+$/;

/** Entries that only have a name. */
const emptyEntries =
  /^\/properties\/((pillars|environments)\/additionalProperties|services(\/additionalProperties){2})$/;

const mayBeEmpty = (place: string): boolean => emptySections.test(place) || emptyEntries.test(place);
