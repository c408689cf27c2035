import { batchJsonSchema } from '../../../lib/domain/batch/json-schema.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { openPath, operationOf, type PromisedRoute, tagOf } from './operation.ts';
import { type Openness, Schemas } from './schemas.ts';

/** Of what is promised: the last number for words, the middle one for what was added, the first for what may break a client. */
export const contractVersion = '1.0.0';

const tags: Readonly<Record<string, string>> = {
  api: 'Single deployment requests.',
  anchors: 'What is told of records outside the table.',
  batches: 'Batches, and what becomes of their deployments.',
  catalogue: 'What may be deployed, and where.',
  changes: 'What has changed, and who did it.',
  clusters: 'Clusters, and how they answer.',
  deployments: 'One version of one service, without a file.',
  docs: 'This reference as a page.',
  events: 'What happens.',
  executors: 'What runs pipelines.',
  health: 'Whether the server is well.',
  holds: 'What keeps deployments from their turns.',
  me: 'Who asks.',
  migrate: 'Rows of earlier versions.',
  openapi: 'This document.',
  queue: 'What waits, and for what.',
  schemas: 'Schemas of other documents.',
  swagger: 'Where this reference is.',
  targets: 'What runs where.',
  uploads: 'Batches that are larger than a request may be.',
};

/** The contract of all these routes as a document of OpenAPI 3.1. It tells nothing of the stage: which pillars there are is at `/schemas/batch.json`. */
export const openApiDocument = (routes: readonly PromisedRoute[], openness: Openness = 'open'): JsonObject => {
  const schemas = new Schemas(openness);
  const { $id: _, $schema: __, ...file } = batchJsonSchema();
  const shared = { schemas, responses: new Map<string, JsonObject>(), batch: schemas.add('BatchFile', file) };
  const paths = Map.groupBy(routes, ({ path }) => openPath(path));
  const operations = [...paths].map(([path, there]): [string, JsonObject] => [
    path,
    Object.fromEntries(there.map((route) => [route.method.toLowerCase(), operationOf(route, shared)])),
  ]);
  const used = [...new Set(routes.map(tagOf))].sort();
  return {
    openapi: '3.1.1',
    info: {
      title: 'Flotilla',
      version: contractVersion,
      summary: 'Deploys batches of services in a safe order.',
      description: 'Answers may get more fields and words at any time; a client leaves what it does not know alone.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that this document is from.' }],
    tags: used.map((name) => ({ name, description: tags[name] ?? name })),
    security: [{ bearer: [] }],
    paths: Object.fromEntries(operations),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'On one machine the token of the server, on AWS one of its issuer.',
        },
      },
      responses: Object.fromEntries([...shared.responses].sort(([one], [other]) => (one < other ? -1 : 1))),
      schemas: schemas.named,
    },
  };
};
