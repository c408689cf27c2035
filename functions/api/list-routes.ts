import { listBatches } from '../../lib/usecases/batch/list-batches.ts';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { batchesAsked, deploymentsAsked } from './list-query.ts';
import { queryOf } from './request.ts';
import { type Handle, json } from './route.ts';
import type { Route } from './router.ts';
import { batchList, exampleBatchList } from './schemas/batch-list.ts';
import { deploymentList, exampleDeploymentList } from './schemas/deployment-list.ts';

/** Lists of batches, and of a batch's deployments. */
export const listRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/batches',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Batches, newest first.',
      query: batchesAsked,
      answers: { 200: { schema: batchList, example: exampleBatchList } },
    },
    handle: async (deps, { event }) => json(200, await listBatches(deps, queryOf(event, batchesAsked))),
  },
  {
    method: 'GET',
    path: '/batches/{id}/deployments',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Deployments of a batch, in the order of the plan or by trouble.',
      query: deploymentsAsked,
      answers: { 200: { schema: deploymentList, example: exampleDeploymentList } },
      errors: ['BatchNotFound'],
    },
    handle: async (deps, { event, parameters: { id } }) =>
      json(200, await listDeployments(deps, { batchId: id!, ...queryOf(event, deploymentsAsked) })),
  },
];
