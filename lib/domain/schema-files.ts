import { batchJsonSchema } from './batch/json-schema.ts';
import { configurationJsonSchema } from './catalogue/configuration-json-schema.ts';

/** The published schemas, by file name in the folder `schemas`. A change that breaks files gets a new name. */
export const schemaFiles = () => ({
  'batch-v1.0.json': batchJsonSchema(),
  'configuration-v1.json': configurationJsonSchema(),
});
