import { readCatalogue } from '../../lib/usecases/catalogue/read-catalogue.ts';
import { readExecutors } from '../../lib/usecases/deployment/read-executors.ts';
import { readClusters } from '../../lib/usecases/rollout/read-clusters.ts';
import { readQueue } from '../../lib/usecases/schedule/read-queue.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import {
  catalogue,
  clusters,
  exampleCatalogue,
  exampleClusters,
  exampleExecutors,
  exampleQueue,
  executors,
  queue,
} from './schemas/installation.ts';

/** Facts and state of the whole installation, across all batches. Asks nobody outside. */
export const installationRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/catalogue',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'What can be deployed and where: names and limits.',
      answers: { 200: { schema: catalogue, example: exampleCatalogue } },
    },
    handle: withoutQuery(async (deps) => json(200, await readCatalogue(deps))),
  },
  {
    method: 'GET',
    path: '/executors',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'The executor accounts: their limits and their state.',
      answers: { 200: { schema: executors, example: exampleExecutors } },
    },
    handle: withoutQuery(async (deps) => json(200, { executors: await readExecutors(deps) })),
  },
  {
    method: 'GET',
    path: '/clusters',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'The clusters: what is in flight there, and which rights are missing.',
      answers: { 200: { schema: clusters, example: exampleClusters } },
    },
    handle: withoutQuery(async (deps) => json(200, { clusters: await readClusters(deps) })),
  },
  {
    method: 'GET',
    path: '/queue',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'What is in flight and what waits for what, in all batches.',
      answers: { 200: { schema: queue, example: exampleQueue } },
    },
    handle: withoutQuery(async (deps) => json(200, await readQueue(deps))),
  },
];
