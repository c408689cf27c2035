import * as z from 'zod';
import { defaultPillars } from '../catalogue/catalogue.ts';
import type { JsonObject } from '../json.ts';
import { writtenBatchSchema } from './schema.ts';

const batchSchemaId = '/schemas/batch.json';

/** The batch format as JSON Schema, in the form in which users write it, for editors and the API. */
export const batchJsonSchema = (pillars: readonly string[] = defaultPillars): JsonObject => {
  const schema = z.toJSONSchema(writtenBatchSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema, path }) => {
      if (path.at(-1) === 'pillar') jsonSchema.enum = [...pillars];
    },
  });
  return { $id: batchSchemaId, title: 'Flotilla batch', ...(schema as unknown as JsonObject) };
};
