import * as z from 'zod';
import { previewRollback } from '../../lib/usecases/undo/preview-rollback.ts';
import { rollBackBatch } from '../../lib/usecases/undo/roll-back-batch.ts';
import { previewTarget, rollBackTarget } from '../../lib/usecases/undo/roll-back-target.ts';
import { jsonOf, senderOf } from './request.ts';
import { type Handle, json, reason, wellFormed, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import {
  acceptedRollback,
  acceptedTargetRollback,
  exampleRollback,
  exampleRollbackPlan,
  exampleTargetPlan,
  exampleTargetRollback,
  rollbackPlan,
  targetRollbackPlan,
} from './schemas/undo.ts';

const key = z.string().trim().min(1).max(200).pipe(wellFormed);
const keys = z.array(key).min(1, { error: 'name a deployment, or omit it' }).max(10_000).optional();
const wished = { only: keys, force: keys };
const preview = z.strictObject(wished);
const request = z.strictObject({ ...wished, reason });

const name = z.string().trim().min(1).max(256).pipe(wellFormed);
const target = { key, environment: name, cluster: name.optional(), to: name.optional() };
const targetPreview = z.strictObject(target);
const targetRequest = z.strictObject({ ...target, reason });

const ofBatch = ['BatchNotFound', 'DeploymentNotFound', 'NotRolledBack', 'RecordExpired'] as const;
const ofTarget = ['TargetNotFound', 'ReleaseNotFound', 'NotRolledBack', 'NothingToRollBack', 'RollbackRuns'] as const;

/** Returns whole batches and single targets to what ran before. */
export const rollbackRoutes: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/batches/{id}/rollback/plan',
    scope: 'read',
    part: 'batches',
    contract: {
      summary: 'Shows what a rollback of a batch would do',
      body: preview,
      answers: { 200: { schema: rollbackPlan, example: exampleRollbackPlan } },
      errors: ofBatch,
    },
    handle: withoutQuery(async (deps, { event, parameters: { id } }) =>
      json(200, await previewRollback(deps, { batchId: id!, ...jsonOf(event, preview) })),
    ),
  },
  {
    method: 'POST',
    path: '/batches/{id}/rollback',
    scope: 'deploy',
    part: 'batches',
    contract: {
      summary: 'Rolls a batch back, as a new batch',
      body: request,
      answers: { 202: { schema: acceptedRollback, example: exampleRollback, location: true } },
      errors: [...ofBatch, 'NothingToRollBack', 'RetryRuns', 'RollbackRuns', 'StatusConflict', 'WorkflowUnavailable'],
    },
    handle: withoutQuery(async (deps, { event, actor, parameters: { id } }) => {
      const asked = jsonOf(event, request);
      const accepted = await rollBackBatch(deps, { batchId: id!, ...asked, actor: actor.subject });
      return json(202, accepted, { location: accepted.links.self! });
    }),
  },
  {
    method: 'POST',
    path: '/targets/rollback/plan',
    scope: 'read',
    part: 'batches',
    contract: {
      summary: 'Shows which release a rollback of one target would restore',
      body: targetPreview,
      answers: { 200: { schema: targetRollbackPlan, example: exampleTargetPlan } },
      errors: ofTarget,
    },
    handle: withoutQuery(async (deps, { event }) => json(200, await previewTarget(deps, jsonOf(event, targetPreview)))),
  },
  {
    method: 'POST',
    path: '/targets/rollback',
    scope: 'deploy',
    part: 'batches',
    contract: {
      summary: 'Returns one target to a release that was verified there',
      body: targetRequest,
      headers: ['idempotency-key', 'flotilla-links'],
      answers: { 202: { schema: acceptedTargetRollback, example: exampleTargetRollback, location: true } },
      errors: [...ofTarget, 'IdempotencyKeyReused', 'StatusConflict', 'WorkflowUnavailable'],
    },
    handle: withoutQuery(async (deps, { event, actor }) => {
      const sender = senderOf(actor, event);
      const accepted = await rollBackTarget(deps, { ...jsonOf(event, targetRequest), ...sender });
      return json(202, accepted, { location: accepted.links.self! });
    }),
  },
];
