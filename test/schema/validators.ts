import { Validator } from '@cfworker/json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../lib/domain/json.ts';

/** Programs that check by a schema: two independent ones, one of them with both dialects of JavaScript. */
export const validatorsOf = (schema: JsonObject): Readonly<Record<string, (document: unknown) => boolean>> => {
  const ajv = (unicodeRegExp: boolean) => new Ajv2020({ strict: true, unicodeRegExp }).compile(schema);
  const [withUnicode, without] = [ajv(true), ajv(false)];
  const cfworker = new Validator({ ...schema }, '2020-12');
  return {
    'ajv, patterns with u': (document) => withUnicode(document) === true,
    'ajv, patterns without u': (document) => without(document) === true,
    cfworker: (document) => cfworker.validate(document).valid,
  };
};
