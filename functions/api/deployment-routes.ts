import * as z from 'zod';
import { artifactTypes } from '../../lib/domain/plan/plan.ts';
import { deployOne, previewOne } from '../../lib/usecases/batch/deploy-one.ts';
import { accepted } from './accepted.ts';
import { jsonOf, planHashOf, senderOf } from './request.ts';
import { type Handle, json, reason, withoutQuery } from './route.ts';
import type { Route } from './router.ts';

const keyNeeded = 'pillar/service_name is needed';

/** One version for one service. */
const deployment = z.strictObject({
  key: z
    .string({ error: keyNeeded })
    .max(256)
    .regex(/^[^/]+\/[^/]+$/, { error: keyNeeded }),
  version: z.string().min(1).max(256),
  environment: z.string().min(1).max(64),
  infrastructure: z.string().min(1).max(64).optional(),
  artifact: z.enum(artifactTypes).optional(),
  reason: reason.optional(),
});

/** Deployments without a file. */
export const deploymentRoutes: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/deployments',
    scope: 'deploy',
    part: 'batches',
    handle: withoutQuery(async (deps, { event, actor }) => {
      const sender = { ...senderOf(actor, event), planHash: planHashOf(event) };
      return accepted(await deployOne(deps, { ...jsonOf(event, deployment), ...sender }));
    }),
  },
  {
    method: 'POST',
    path: '/deployments/plan',
    scope: 'read',
    part: 'batches',
    handle: withoutQuery(async (deps, { event }) => {
      const plan = await previewOne(deps, jsonOf(event, deployment));
      return json(200, plan, { etag: `"${plan.plan_hash}"` });
    }),
  },
];
