import * as z from 'zod';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { checkUnused } from '../../lib/usecases/batch/ordered-upload.ts';
import { readBatch } from '../../lib/usecases/batch/read-batch.ts';
import { readSource } from '../../lib/usecases/batch/read-source.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { proceedDeployment } from '../../lib/usecases/deployment/proceed-deployment.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { previewPlan } from '../../lib/usecases/plan/preview-plan.ts';
import { readAnchors } from '../../lib/usecases/record/read-anchors.ts';
import { readEvents } from '../../lib/usecases/record/read-events.ts';
import { accepted, acceptedAnswers } from './accepted.ts';
import { batchDetailRoutes } from './batch-detail-routes.ts';
import { deploymentRoutes } from './deployment-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { holdRoutes } from './hold-routes.ts';
import { installationRoutes } from './installation-routes.ts';
import { listRoutes } from './list-routes.ts';
import { logRoutes } from './log-routes.ts';
import { lookRoutes } from './look-routes.ts';
import { migrateRoutes } from './migrate-routes.ts';
import { previewRoutes } from './preview-routes.ts';
import { referenceRoutes } from './reference-routes.ts';
import { batchOf, jsonOf, planHashOf, queryOf, senderOf, uploadQuery } from './request.ts';
import { requestRoutes } from './request-routes.ts';
import { retryRoutes } from './retry-routes.ts';
import { rollbackRoutes } from './rollback-routes.ts';
import { feedQuery, type Handle, json, reason, whole, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { anchors } from './schemas/anchors.ts';
import { acceptedBatch, batch, cancelled, exampleAccepted, exampleBatch, exampleCancelled } from './schemas/batch.ts';
import { deployment, exampleDeployment } from './schemas/deployment.ts';
import { exampleFeed, feed } from './schemas/feed.ts';
import { examplePlan, plan } from './schemas/plan.ts';
import { source } from './schemas/source.ts';
import { targetRoutes } from './target-routes.ts';
import { uploadRoutes } from './upload-routes.ts';
import { userRoutes } from './user-routes.ts';

const query = {
  anchors: z.strictObject({ after: whole(0, 999_999_998).default(0), limit: whole(1, 100).default(100) }),
};

const resolution = z.strictObject({
  status: z.enum(['SUCCESS', 'FAILED']),
  reason,
});

const submit: Handle = async (deps, { event, actor }) =>
  accepted(
    await submitBatch(deps, {
      ...(await batchOf(deps, { event, actor })),
      ...senderOf(actor, event),
      planHash: planHashOf(event),
    }),
  );

/** One row per route. */
const described: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/batches',
    scope: 'deploy',
    part: 'batches',
    contract: {
      summary: 'Accepts a batch and starts it',
      query: uploadQuery,
      body: 'batch',
      bodyMayBeAbsent: true,
      headers: ['idempotency-key', 'if-match', 'flotilla-links'],
      answers: acceptedAnswers({ schema: acceptedBatch, example: exampleAccepted }),
      errors: ['IdempotencyKeyReused', 'PreconditionFailed', 'StatusConflict', 'WorkflowUnavailable'],
    },
    handle: submit,
  },
  ...uploadRoutes,
  ...previewRoutes,
  {
    method: 'POST',
    path: '/batches/plan',
    scope: 'read',
    part: 'batches',
    contract: {
      summary: 'Shows what a batch would do',
      query: uploadQuery,
      body: 'batch',
      bodyMayBeAbsent: true,
      answers: { 200: { schema: plan, example: examplePlan, etag: 'plan' } },
      errors: ['StatusConflict', 'WorkflowUnavailable'],
    },
    handle: async (deps, { event, actor }) => {
      const { text, upload } = await batchOf(deps, { event, actor });
      if (upload !== undefined) checkUnused(upload);
      const preview = await previewPlan(deps, { text });
      return json(200, preview, { etag: `"${preview.plan_hash}"` });
    },
  },
  {
    method: 'GET',
    path: '/batches/{id}',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Shows a batch, by its id, the beginning of its id, or `latest`',
      answers: { 200: { schema: batch, example: exampleBatch } },
      errors: ['BatchNotFound', 'BatchAmbiguous'],
    },
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) =>
      json(200, await readBatch(deps, { named: id!, actor: actor.subject })),
    ),
  },
  {
    method: 'GET',
    path: '/batches/{id}/source',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Returns what was submitted, byte for byte',
      answers: { 200: { schema: source, type: ['application/yaml', 'application/json'] } },
      errors: ['BatchNotFound'],
    },
    handle: withoutQuery(async (deps, { parameters: { id } }) => {
      const { content_type, text } = await readSource(deps, { batchId: id! });
      const headers = { 'content-type': content_type, 'cache-control': 'no-store' };
      return { statusCode: 200, headers, body: text };
    }),
  },
  {
    method: 'GET',
    path: '/batches/{id}/events',
    scope: 'read',
    part: 'events',
    contract: {
      summary: 'Returns events of a batch, or waits for them',
      query: feedQuery,
      answers: { 200: { schema: feed, example: exampleFeed } },
      errors: ['BatchNotFound'],
    },
    handle: async (deps, { event, parameters: { id }, signal }) =>
      json(200, await readEvents(deps, { batchId: id!, ...queryOf(event, feedQuery), signal })),
  },
  {
    method: 'GET',
    path: '/anchors',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Lists the signed ends of all batches, kept outside the table',
      query: query.anchors,
      answers: { 200: { schema: anchors, example: { anchors: [], next_after: 0, ended: true } } },
    },
    handle: async (deps, { event }) => json(200, await readAnchors(deps, queryOf(event, query.anchors))),
  },
  {
    method: 'POST',
    path: '/batches/{id}/cancel',
    scope: 'deploy',
    part: 'decisions',
    contract: {
      summary: 'Stops a batch: nothing new starts, and runs are aborted where possible',
      answers: { 202: { schema: cancelled, example: exampleCancelled } },
      errors: ['BatchNotFound', 'StatusConflict'],
    },
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) =>
      json(202, await cancelBatch(deps, { batchId: id!, actor: actor.subject })),
    ),
  },
  {
    method: 'POST',
    path: '/batches/{id}/deployments/{key+}/resolve',
    scope: 'approve',
    part: 'decisions',
    contract: {
      summary: 'Records the outcome of an UNKNOWN deployment',
      body: resolution,
      answers: { 200: { schema: deployment, example: exampleDeployment } },
      errors: ['BatchNotFound', 'DeploymentNotFound', 'StatusConflict'],
    },
    handle: withoutQuery(async (deps, { event, actor, parameters: { id, key } }) => {
      const { status, reason } = jsonOf(event, resolution);
      return json(
        200,
        await resolveDeployment(deps, { batchId: id!, key: key!, status, reason, actor: actor.subject }),
      );
    }),
  },
  {
    method: 'POST',
    path: '/batches/{id}/deployments/{key+}/proceed',
    scope: 'approve',
    part: 'decisions',
    contract: {
      summary: 'Lets a deployment that waits for a person go on: a canary at its end, or a paused Argo Rollout',
      answers: { 200: { schema: deployment, example: exampleDeployment } },
      errors: ['BatchNotFound', 'DeploymentNotFound', 'NotWaiting'],
    },
    handle: withoutQuery(async (deps, { actor, parameters: { id, key } }) =>
      json(200, await proceedDeployment(deps, { batchId: id!, key: key!, actor: actor.subject })),
    ),
  },
  ...listRoutes,
  ...holdRoutes,
  ...retryRoutes,
  ...rollbackRoutes,
  ...targetRoutes,
  ...migrateRoutes,
  ...deploymentRoutes,
  ...requestRoutes,
  ...userRoutes,
  ...historyRoutes,
  ...batchDetailRoutes,
  ...installationRoutes,
  ...documentRoutes,
];

export const routes: readonly Route<Handle>[] = [
  ...described,
  ...referenceRoutes([...described, ...lookRoutes, ...logRoutes]),
];
