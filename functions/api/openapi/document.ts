import { batchJsonSchema } from '../../../lib/domain/batch/json-schema.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { openPath, operationOf, type PromisedRoute, tagOf } from './operation.ts';
import { type Openness, Schemas } from './schemas.ts';

/**
 * The version of the contract: the last number changes for wording, the middle one for additions, the first for
 * whatever may break a client.
 */
export const contractVersion = '1.0.0';

const tags: Readonly<Record<string, string>> = {
  api: 'Single deployment requests.',
  anchors: 'Signed ends of records, kept outside the table.',
  batches: 'Batches and their deployments.',
  catalogue: 'What can be deployed and where.',
  changes: 'What has changed, and who changed it.',
  clusters: 'Clusters and their state.',
  deployments: 'One version of one service, without a file.',
  docs: 'This reference as a page.',
  events: 'What happens.',
  executors: 'The executors of deployments.',
  health: 'Whether the server is well.',
  holds: 'What keeps deployments from starting.',
  me: 'Who asks.',
  migrate: 'Completes the rows of earlier versions.',
  openapi: 'This document.',
  queue: 'What waits for what.',
  schemas: 'Schemas of other documents.',
  swagger: 'Another address of this reference.',
  targets: 'What runs where.',
  uploads: 'Batches too large for a request.',
};

/**
 * Describes the contract of all these routes as an OpenAPI 3.1 document. It reveals nothing about the stage: the
 * pillars are at `/schemas/batch.json`.
 */
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
      description: 'Answers may get more fields and words at any time. A client must ignore those it does not know.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that sent this document.' }],
    tags: used.map((name) => ({ name, description: tags[name] ?? name })),
    security: [{ bearer: [] }],
    paths: Object.fromEntries(operations),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'On one machine the token of the server, on AWS a token of its issuer.',
        },
      },
      responses: Object.fromEntries([...shared.responses].sort(([one], [other]) => (one < other ? -1 : 1))),
      schemas: schemas.named,
    },
  };
};
