import * as z from 'zod';

/** A document of another standard. Only its outer form is described here. */
export const jsonSchema = z
  .looseObject({ title: z.string() })
  .meta({ id: 'JsonSchema', description: 'JSON Schema, draft 2020-12.' });
