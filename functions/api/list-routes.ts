import * as z from 'zod';
import { statuses } from '../../lib/domain/deployment/status.ts';
import { listBatches } from '../../lib/usecases/batch/list-batches.ts';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { batchesAsked } from './list-query.ts';
import { queryOf } from './request.ts';
import { type Handle, json, whole } from './route.ts';
import type { Route } from './router.ts';
import { batchList, exampleBatchList } from './schemas/batch-list.ts';

const deployments = z.strictObject({
  limit: whole(1, 1000).default(100),
  after: whole(-1, 1_000_000).default(-1),
  status: z.enum(statuses).optional(),
});

/** Lists of batches, and of the deployments of one. */
export const listRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/batches',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Batches, the newest first.',
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
    handle: async (deps, { event, parameters: { id } }) =>
      json(200, await listDeployments(deps, { batchId: id!, ...queryOf(event, deployments) })),
  },
];
