import * as z from 'zod';
import { readReport, reportFormats, reportTypes, writeReport } from '../../lib/usecases/batch/read-report.ts';
import { readDeployment } from '../../lib/usecases/deployment/read-deployment.ts';
import { readGraph } from '../../lib/usecases/plan/read-graph.ts';
import { queryOf } from './request.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { deploymentDetail, exampleDetail } from './schemas/deployment-detail.ts';
import { exampleGraph, graph } from './schemas/graph.ts';
import { exampleReport, report } from './schemas/report.ts';

const reportQuery = z.strictObject({ format: z.enum(reportFormats).default('json') });

/** A batch's contents, in other forms than its list of deployments. */
export const batchDetailRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/batches/{id}/graph',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'The graph of a planned batch: what waits for what. It never changes; its ETag is the hash of the plan.',
      answers: { 200: { schema: graph, example: exampleGraph } },
      errors: ['BatchNotFound', 'StatusConflict'],
    },
    handle: withoutQuery(async (deps, { parameters: { id } }) => {
      const { graph: drawn, tag } = await readGraph(deps, { batchId: id! });
      return json(200, drawn, { etag: `"${tag}"` });
    }),
  },
  {
    method: 'GET',
    path: '/batches/{id}/deployments/{key+}',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'One deployment of a batch by its key, with its history.',
      answers: { 200: { schema: deploymentDetail, example: exampleDetail } },
      errors: ['BatchNotFound', 'DeploymentNotFound'],
    },
    handle: withoutQuery(async (deps, { parameters: { id, key } }) =>
      json(200, await readDeployment(deps, { batchId: id!, key: key! })),
    ),
  },
  {
    method: 'GET',
    path: '/batches/{id}/report',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'The result of a batch as JSON, JUnit XML or Markdown.',
      query: reportQuery,
      answers: { 200: { schema: report, example: exampleReport, texts: [reportTypes.junit, reportTypes.markdown] } },
      errors: ['BatchNotFound'],
    },
    handle: async (deps, { event, parameters: { id } }) => {
      const { format } = queryOf(event, reportQuery);
      const told = await readReport(deps, { batchId: id! });
      const headers = { 'content-type': reportTypes[format], 'cache-control': 'no-store' };
      return { statusCode: 200, headers, body: writeReport(told, format) };
    },
  },
];
