import * as z from 'zod';
import { planResolution } from '../../lib/usecases/deployment/plan-resolution.ts';
import type { AskedBy, Deps } from '../../lib/usecases/deps.ts';
import type { AdoptTarget } from '../../lib/usecases/drift/adopt-target.ts';
import { lookAtRequested } from '../../lib/usecases/requests/requested-deployments.ts';
import { checkTarget } from '../../lib/usecases/targets/check-target.ts';
import { jsonOf } from './request.ts';
import { userOf } from './requesting.ts';
import { type HandleWith, json, reason, wellFormed, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { adoption, exampleAdoption } from './schemas/adoption.ts';
import { exampleResolutionPlan, exampleTargetHealth, resolutionPlan, targetHealth } from './schemas/look.ts';

import { enveloped, exampleRequested, requestedView } from './schemas/request.ts';

/** What the routes that ask clusters need. */
export type LookDeps = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'catalogue' | 'cluster'>;

/**
 * What changes the record is passed in. The other parts of the API know these routes only to describe them, and must
 * not be able to change it.
 */
type Handed = LookDeps & AskedBy & { readonly adopt: AdoptTarget };

const name = z.string().min(1).max(255).pipe(wellFormed);
const target = z.strictObject({ key: name, environment: name, cluster: name.optional() });
const adopting = target.extend({ reason: reason.optional() });

/**
 * One row per route. On AWS they are their own function: a cluster may be slow, and few parts have the right to ask
 * one. None changes a cluster; an adoption changes the record.
 */
export const lookRoutes: readonly Route<HandleWith<Handed>>[] = [
  {
    method: 'POST',
    path: '/targets/health',
    scope: 'read',
    part: 'looks',
    contract: {
      summary: 'Asks the cluster for the state of a target now',
      body: target,
      answers: { 200: { schema: targetHealth, example: exampleTargetHealth } },
      errors: ['TargetNotFound', 'PlaceUnavailable'],
    },
    handle: withoutQuery(async (deps, { event }) => json(200, await checkTarget(deps, jsonOf(event, target)))),
  },
  {
    method: 'POST',
    path: '/targets/adopt',
    scope: 'approve',
    part: 'looks',
    contract: {
      summary: 'Adopts what somebody has changed at a target',
      body: adopting,
      answers: { 200: { schema: adoption, example: exampleAdoption } },
      errors: ['TargetNotFound', 'NothingToAdopt', 'ChangedSince', 'StatusConflict', 'PlaceUnavailable'],
    },
    handle: withoutQuery(async (deps, { event }) => json(200, await deps.adopt(deps, jsonOf(event, adopting)))),
  },
  {
    method: 'POST',
    path: '/batches/{id}/resolve/plan',
    scope: 'approve',
    part: 'looks',
    contract: {
      summary: 'Proposes an outcome for each UNKNOWN deployment',
      answers: { 200: { schema: resolutionPlan, example: exampleResolutionPlan } },
      errors: ['BatchNotFound', 'StatusConflict'],
    },
    handle: withoutQuery(async (deps, { parameters: { id } }) =>
      json(200, await planResolution(deps, { batchId: id! })),
    ),
  },
  {
    method: 'GET',
    path: '/api/v1/deployments/{id}',
    scope: 'read',
    part: 'looks',
    contract: {
      summary: 'Shows a deployment that you have requested, as it is now, by its identifier',
      headers: ['x-user-id'],
      answers: {
        200: {
          schema: enveloped(requestedView),
          example: { message: 'Deployment web-team-a-417 is CREATED.', data: exampleRequested },
        },
      },
      errors: ['DeploymentNotFound', 'PlaceUnavailable'],
    },
    handle: withoutQuery(async (deps, { event, actor, parameters: { id } }) => {
      const data = await lookAtRequested(deps, userOf(event, actor), id!);
      return json(200, { message: `Deployment ${data.identifier} is ${data.status}.`, data });
    }),
  },
];
