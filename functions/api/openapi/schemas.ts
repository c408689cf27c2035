import * as z from 'zod';
import type { Json, JsonObject } from '../../../lib/domain/json.ts';

/** Named schemas are defined here once; everything else refers to them by `$ref`. */
const place = '#/components/schemas/';

/** `sent`: what a request may contain, as it arrives. `answered`: what an answer contains. */
export type Side = 'sent' | 'answered';

/**
 * `closed` lists exactly today's fields. In the `open` document answers may have more, so it stays correct when fields
 * are added.
 */
export type Openness = 'open' | 'closed';

/** Converts zod schemas for a document, and collects the named ones. */
export class Schemas {
  readonly #openness: Openness;
  readonly #named = new Map<string, JsonObject>();

  constructor(openness: Openness) {
    this.#openness = openness;
  }

  /** By name, sorted. */
  get named(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries([...this.#named].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  add(name: string, schema: JsonObject): JsonObject {
    this.#named.set(name, schema);
    return { $ref: `${place}${name}` };
  }

  of(schema: z.ZodType, side: Side): JsonObject {
    const isOpen = side === 'answered' && this.#openness === 'open';
    const made = z.toJSONSchema(schema, {
      io: side === 'sent' ? 'input' : 'output',
      target: 'draft-2020-12',
      override: ({ zodSchema, jsonSchema }) => {
        withDefault(zodSchema, jsonSchema);
        plain(jsonSchema);
        if (isOpen && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    });
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = JSON.parse(JSON.stringify(made).replaceAll('"#/$defs/', `"${place}`)) as JsonObject & {
      readonly $defs?: Readonly<Record<string, JsonObject>>;
    };
    for (const [name, named] of Object.entries($defs)) this.#named.set(name, withoutId(named));
    return withoutId(rest);
  }
}

const withoutId = ({ id: _, ...schema }: JsonObject): JsonObject => schema;

/** The default value. Zod leaves it out where a text is first converted. */
const withDefault = ({ _zod: { def } }: z.core.$ZodType, schema: z.core.JSONSchema.BaseSchema): void => {
  if (def.type === 'default') schema.default = (def as z.core.$ZodDefaultDef).defaultValue as Json;
};

/** Removes what tells a reader nothing: JavaScript's range of integers, and patterns that `format` already covers. */
const plain = (schema: z.core.JSONSchema.BaseSchema): void => {
  if (schema.maximum === Number.MAX_SAFE_INTEGER && schema.default === undefined) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.format === 'date-time') delete schema.pattern;
  const names = schema.propertyNames;
  if (typeof names === 'object' && Object.keys(names).join() === 'type') delete schema.propertyNames;
};
