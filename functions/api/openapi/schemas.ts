import * as z from 'zod';
import type { Json, JsonObject } from '../../../lib/domain/json.ts';

/** Named schemas stand here once, and are meant by `$ref` everywhere else. */
const place = '#/components/schemas/';

/** `sent`: what a request may have, as it comes. `answered`: what an answer has. */
export type Side = 'sent' | 'answered';

/** What is there today. In the document an answer may have more: whoever reads it is told nothing wrong when something is added. */
export type Openness = 'open' | 'closed';

/** Turns zod's schemas into those of a document, and gathers the named ones. */
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

/** What is taken where nothing is given: zod leaves it out where a text is turned into something else first. */
const withDefault = ({ _zod: { def } }: z.core.$ZodType, schema: z.core.JSONSchema.BaseSchema): void => {
  if (def.type === 'default') schema.default = (def as z.core.$ZodDefaultDef).defaultValue as Json;
};

/** Without what says nothing to a reader: the whole numbers that JavaScript has, and what `format` says already. */
const plain = (schema: z.core.JSONSchema.BaseSchema): void => {
  if (schema.maximum === Number.MAX_SAFE_INTEGER && schema.default === undefined) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.format === 'date-time') delete schema.pattern;
  const names = schema.propertyNames;
  if (typeof names === 'object' && Object.keys(names).join() === 'type') delete schema.propertyNames;
};
