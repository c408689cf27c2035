import * as z from 'zod';
import { batchJsonSchema } from '../../lib/domain/batch/json-schema.ts';
import { everyDefaults } from '../../lib/domain/catalogue/configured-defaults.ts';
import { eventJsonSchema } from '../../lib/domain/record/event-catalogue.ts';
import { readHealth } from '../../lib/usecases/read-health.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { exampleHealth, health, healthForAnyone } from './schemas/health.ts';
import { jsonSchema } from './schemas/json-schema.ts';

const schemaType = 'application/schema+json';

/** Descriptions of the API, and its health. */
export const documentRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/schemas/batch.json',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'The JSON Schema of a batch, with the configured pillars',
      answers: { 200: { schema: jsonSchema, type: schemaType } },
    },
    handle: withoutQuery(async (deps) => {
      const catalogue = await deps.catalogue();
      const given = new Set(everyDefaults(catalogue).flatMap(Object.keys));
      const answer = json(200, batchJsonSchema(Object.keys(catalogue.pillars), given));
      return { ...answer, headers: { 'content-type': schemaType } };
    }),
  },
  {
    method: 'GET',
    path: '/schemas/events.json',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'The JSON Schema of the events on the bus',
      answers: { 200: { schema: jsonSchema, type: schemaType } },
    },
    handle: withoutQuery(async () => ({
      ...json(200, eventJsonSchema()),
      headers: { 'content-type': schemaType },
    })),
  },
  {
    method: 'GET',
    path: '/health',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Shows whether the server is well, what it simulates, and how many requests executors allow',
      forAnyone: true,
      answers: { 200: { schema: z.union([health, healthForAnyone]), example: exampleHealth } },
    },
    handle: withoutQuery(async (deps) => json(200, await readHealth(deps))),
  },
];
