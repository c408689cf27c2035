import * as z from 'zod';
import { actions, mostReplicas } from '../../lib/domain/plan/action.ts';
import { artifactTypes } from '../../lib/domain/plan/plan.ts';
import { deployOne, previewOne } from '../../lib/usecases/batch/deploy-one.ts';
import { accepted, acceptedAnswers } from './accepted.ts';
import { jsonOf, planHashOf, senderOf } from './request.ts';
import { type Handle, json, reason, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { acceptedBatch, exampleAccepted } from './schemas/batch.ts';
import { examplePlan, plan } from './schemas/plan.ts';

const keyNeeded = 'pillar/service_name is needed';
const noPlace = 'pillar/service_name is needed; name the infrastructure in its own field';

/** Deploys one version of one service, or deletes or scales it. */
const deployment = z.strictObject({
  key: z
    .string({ error: keyNeeded })
    .max(256)
    .regex(/^[^/]+\/[^/]+$/, { error: keyNeeded })
    .regex(/^[^@]+$/, { error: noPlace }),
  version: z.string().min(1).max(256).optional().describe('The version to deploy. A delete and a scale have none.'),
  action: z.enum(actions).optional().describe('Default: deploy.'),
  replicas: z.int().min(0).max(mostReplicas).optional().describe('With scale.'),
  environment: z.string().min(1).max(64),
  infrastructure: z.string().min(1).max(64).optional(),
  artifact: z.enum(artifactTypes).optional(),
  at_once: z.boolean().optional().describe('true: skip the steps that its service takes (kubernetes.strategy).'),
  reason: reason.optional(),
});

/** `action: deploy` means the same as no action. */
const asked = (event: Parameters<typeof jsonOf>[0]) => {
  const { action, ...fields } = jsonOf(event, deployment);
  return { ...fields, ...(action === undefined || action === 'deploy' ? {} : { action }) };
};

/** Deployments without a file. */
export const deploymentRoutes: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/deployments',
    scope: 'deploy',
    part: 'batches',
    contract: {
      summary: 'Deploys one version of one service, or deletes or scales it, as a batch of one',
      body: deployment,
      headers: ['idempotency-key', 'if-match', 'flotilla-links'],
      answers: acceptedAnswers({ schema: acceptedBatch, example: exampleAccepted }),
      errors: ['BatchInvalid', 'IdempotencyKeyReused', 'PreconditionFailed', 'StatusConflict', 'WorkflowUnavailable'],
    },
    handle: withoutQuery(async (deps, { event, actor }) => {
      const sender = { ...senderOf(actor, event), planHash: planHashOf(event) };
      return accepted(await deployOne(deps, { ...asked(event), ...sender }));
    }),
  },
  {
    method: 'POST',
    path: '/deployments/plan',
    scope: 'read',
    part: 'batches',
    contract: {
      summary: 'Shows what a single deployment would do',
      body: deployment,
      answers: { 200: { schema: plan, example: examplePlan, etag: 'plan' } },
      errors: ['BatchInvalid'],
    },
    handle: withoutQuery(async (deps, { event }) => {
      const preview = await previewOne(deps, asked(event));
      return json(200, preview, { etag: `"${preview.plan_hash}"` });
    }),
  },
];
