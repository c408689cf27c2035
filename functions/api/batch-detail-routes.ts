import { readDeployment } from '../../lib/usecases/deployment/read-deployment.ts';
import { readGraph } from '../../lib/usecases/plan/read-graph.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { deploymentDetail, exampleDetail } from './schemas/deployment-detail.ts';
import { exampleGraph, graph } from './schemas/graph.ts';
import { isUnchanged } from './unchanged.ts';

/** What one batch consists of, in other shapes than its list of deployments. */
export const batchDetailRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/batches/{id}/graph',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'What waits for what in a planned batch. It never changes: its ETag is the hash of the plan.',
      headers: ['if-none-match'],
      answers: { 200: { schema: graph, example: exampleGraph }, 304: {} },
      errors: ['BatchNotFound', 'StatusConflict'],
    },
    handle: withoutQuery(async (deps, { event, parameters: { id } }) => {
      const { graph: drawn, tag } = await readGraph(deps, { batchId: id! });
      const headers = { etag: `"${tag}"`, 'cache-control': 'private, no-cache' };
      return isUnchanged(event, tag) ? { statusCode: 304, headers } : json(200, drawn, headers);
    }),
  },
  {
    method: 'GET',
    path: '/batches/{id}/deployments/{key+}',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'One deployment of a batch by its key, with what happened to it.',
      answers: { 200: { schema: deploymentDetail, example: exampleDetail } },
      errors: ['BatchNotFound', 'DeploymentNotFound'],
    },
    handle: withoutQuery(async (deps, { parameters: { id, key } }) =>
      json(200, await readDeployment(deps, { batchId: id!, key: key! })),
    ),
  },
];
