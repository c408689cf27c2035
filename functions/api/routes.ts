import * as z from 'zod';
import { batchBytes } from '../../lib/domain/batch/batch-size.ts';
import { batchJsonSchema } from '../../lib/domain/batch/json-schema.ts';
import { eventJsonSchema } from '../../lib/domain/record/event-catalogue.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { openUpload } from '../../lib/usecases/batch/open-upload.ts';
import { checkUnused, giveUpUpload } from '../../lib/usecases/batch/ordered-upload.ts';
import { readBatch } from '../../lib/usecases/batch/read-batch.ts';
import { readSource } from '../../lib/usecases/batch/read-source.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { previewPlan } from '../../lib/usecases/plan/preview-plan.ts';
import { readHealth } from '../../lib/usecases/read-health.ts';
import { readAnchors } from '../../lib/usecases/record/read-anchors.ts';
import { readEvents } from '../../lib/usecases/record/read-events.ts';
import { accepted } from './accepted.ts';
import { batchDetailRoutes } from './batch-detail-routes.ts';
import { deploymentRoutes } from './deployment-routes.ts';
import { holdRoutes } from './hold-routes.ts';
import { listRoutes } from './list-routes.ts';
import { batchOf, jsonOf, planHashOf, queryOf, senderOf } from './request.ts';
import { retryRoutes } from './retry-routes.ts';
import { rollbackRoutes } from './rollback-routes.ts';
import { feedQuery, type Handle, json, reason, whole, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { targetRoutes } from './target-routes.ts';

const query = {
  anchors: z.strictObject({ after: whole(0, 999_999_998).default(0), limit: whole(1, 100).default(100) }),
};

const resolution = z.strictObject({
  status: z.enum(['SUCCESS', 'FAILED']),
  reason,
});

const sha256Needed = 'the SHA-256 of the text is needed, in 64 digits and letters from a to f (sha256sum)';
const uploadOrder = z.strictObject({
  bytes: whole(1, batchBytes.atMost, z.number),
  sha256: z.string({ error: sha256Needed }).regex(/^[0-9a-f]{64}$/, { error: sha256Needed }),
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
export const routes: readonly Route<Handle>[] = [
  { method: 'POST', path: '/batches', scope: 'deploy', part: 'batches', handle: submit },
  {
    method: 'POST',
    path: '/uploads',
    scope: 'deploy',
    part: 'batches',
    handle: withoutQuery(async (deps, { event }) => json(201, await openUpload(deps, jsonOf(event, uploadOrder)))),
  },
  {
    method: 'DELETE',
    path: '/uploads/{id}',
    scope: 'deploy',
    part: 'batches',
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) => {
      await giveUpUpload(deps, { actor, uploadId: id! });
      return { statusCode: 204 };
    }),
  },
  {
    method: 'POST',
    path: '/batches/plan',
    scope: 'read',
    part: 'batches',
    handle: async (deps, { event, actor }) => {
      const { text, upload } = await batchOf(deps, { event, actor });
      if (upload !== undefined) checkUnused(upload);
      const plan = await previewPlan(deps, { text });
      return json(200, plan, { etag: `"${plan.plan_hash}"` });
    },
  },
  {
    method: 'GET',
    path: '/batches/{id}',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) =>
      json(200, await readBatch(deps, { named: id!, actor: actor.subject })),
    ),
  },
  {
    method: 'GET',
    path: '/batches/{id}/source',
    scope: 'read',
    part: 'reads',
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
    handle: async (deps, { event, parameters: { id }, signal }) =>
      json(200, await readEvents(deps, { batchId: id!, ...queryOf(event, feedQuery), signal })),
  },
  {
    method: 'GET',
    path: '/anchors',
    scope: 'read',
    part: 'reads',
    handle: async (deps, { event }) => json(200, await readAnchors(deps, queryOf(event, query.anchors))),
  },
  {
    method: 'POST',
    path: '/batches/{id}/cancel',
    scope: 'deploy',
    part: 'decisions',
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) =>
      json(202, await cancelBatch(deps, { batchId: id!, actor: actor.subject })),
    ),
  },
  {
    method: 'POST',
    path: '/batches/{id}/deployments/{key+}/resolve',
    scope: 'approve',
    part: 'decisions',
    handle: withoutQuery(async (deps, { event, actor, parameters: { id, key } }) => {
      const { status, reason } = jsonOf(event, resolution);
      return json(
        200,
        await resolveDeployment(deps, { batchId: id!, key: key!, status, reason, actor: actor.subject }),
      );
    }),
  },
  ...listRoutes,
  ...holdRoutes,
  ...retryRoutes,
  ...rollbackRoutes,
  ...targetRoutes,
  ...deploymentRoutes,
  ...batchDetailRoutes,
  {
    method: 'GET',
    path: '/schemas/batch.json',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async (deps) => {
      const { pillars } = await deps.catalogue();
      const answer = json(200, batchJsonSchema(Object.keys(pillars)));
      return { ...answer, headers: { 'content-type': 'application/schema+json' } };
    }),
  },
  {
    method: 'GET',
    path: '/schemas/events.json',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async () => ({
      ...json(200, eventJsonSchema()),
      headers: { 'content-type': 'application/schema+json' },
    })),
  },
  {
    method: 'GET',
    path: '/health',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async (deps) => json(200, await readHealth(deps))),
  },
];
