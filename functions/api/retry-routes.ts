import * as z from 'zod';
import { previewRetry } from '../../lib/usecases/undo/preview-retry.ts';
import { retryBatch } from '../../lib/usecases/undo/retry-batch.ts';
import { accepted, acceptedAnswers } from './accepted.ts';
import { type ApiEvent, jsonOf, senderOf } from './request.ts';
import { type Handle, json, reason, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { acceptedRetry, exampleAccepted } from './schemas/batch.ts';
import { exampleRetryPlan, retryPlan } from './schemas/undo.ts';

const key = z.string().min(1).max(256);

/** What to retry, and how. */
const retry = z.strictObject({
  only: z.array(key, { error: 'a list of keys, each pillar/service_name, is needed' }).min(1).max(10_000).optional(),
  with: z.record(key, z.string(), { error: 'an object is needed, with a version for each key' }).optional(),
  reason: reason.optional(),
});

const requestOf = (event: ApiEvent, batchId: string) => {
  const { only, with: versions, reason } = jsonOf(event, retry);
  return { batchId, only, versions, reason };
};

const errors = [
  'BatchInvalid',
  'BatchNotFound',
  'BatchStillRuns',
  'DeploymentNotFound',
  'NothingToRetry',
  'RecordExpired',
  'RetryRuns',
  'RollbackRuns',
  'StatusConflict',
] as const;

/** Retries. */
export const retryRoutes: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/batches/{id}/retry',
    scope: 'deploy',
    part: 'batches',
    contract: {
      summary: 'Retries what a batch has left, as a new batch',
      body: retry,
      headers: ['idempotency-key', 'flotilla-links'],
      answers: acceptedAnswers({ schema: acceptedRetry, example: { ...exampleAccepted, left: [] } }),
      errors: [...errors, 'IdempotencyKeyReused', 'WorkflowUnavailable'],
    },
    handle: withoutQuery(async (deps, { event, actor, parameters: { id } }) => {
      const sender = senderOf(actor, event);
      const { left, ...submitted } = await retryBatch(deps, { ...requestOf(event, id!), ...sender });
      return accepted(submitted, left === undefined ? {} : { left });
    }),
  },
  {
    method: 'POST',
    path: '/batches/{id}/retry/plan',
    scope: 'read',
    part: 'batches',
    contract: {
      summary: 'Shows what a retry of a batch would deploy',
      body: retry,
      answers: { 200: { schema: retryPlan, example: exampleRetryPlan, etag: 'plan' } },
      errors,
    },
    handle: withoutQuery(async (deps, { event, parameters: { id } }) => {
      const preview = await previewRetry(deps, requestOf(event, id!));
      return json(200, preview, { etag: `"${preview.plan.plan_hash}"` });
    }),
  },
];
