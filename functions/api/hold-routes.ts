import * as z from 'zod';
import { listHolds } from '../../lib/usecases/holds/list-holds.ts';
import { resumeHold } from '../../lib/usecases/holds/resume-hold.ts';
import { setHold } from '../../lib/usecases/holds/set-hold.ts';
import { readStageEvents } from '../../lib/usecases/record/read-stage-events.ts';
import { type ApiEvent, jsonOf, queryOf } from './request.ts';
import { type Handle, json, reason, stageQuery, wellFormed, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { exampleFeed, feed } from './schemas/feed.ts';
import { exampleHold, hold, holds } from './schemas/hold.ts';

/** The use case reports unknown names and a missing reason together. */
const asked = z.strictObject({
  scope: z.record(z.string(), z.string().trim().max(300).pipe(wellFormed)).default({}),
  reason: z.string().trim().max(1000).pipe(wellFormed).default(''),
  until: z.string().max(100).optional(),
  for: z.string().max(100).optional(),
  rollbacks: z.boolean().default(false),
});

const resumption = z.strictObject({ reason: reason.optional() });

/** A reason is optional. */
const resumptionOf = (event: ApiEvent) => ((event.body ?? '') === '' ? {} : jsonOf(event, resumption));

/** Holds keep deployments from their turns until somebody lifts them or they end. */
export const holdRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/holds',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Lists the holds in force',
      answers: { 200: { schema: holds, example: { holds: [exampleHold] } } },
    },
    handle: withoutQuery(async (deps) => json(200, { holds: await listHolds(deps) })),
  },
  {
    method: 'POST',
    path: '/holds',
    scope: 'deploy',
    part: 'decisions',
    contract: {
      summary: 'Holds deployments until somebody lifts the hold',
      body: asked,
      answers: { 202: { schema: hold, example: exampleHold } },
      errors: ['StatusConflict'],
    },
    handle: withoutQuery(async (deps, { event }) => json(202, await setHold(deps, jsonOf(event, asked)))),
  },
  {
    method: 'POST',
    path: '/holds/{id}/resume',
    scope: 'deploy',
    part: 'decisions',
    contract: {
      summary: 'Lifts a hold',
      body: resumption,
      bodyMayBeAbsent: true,
      answers: { 202: { schema: hold, example: exampleHold } },
      errors: ['HoldNotFound', 'StatusConflict'],
    },
    handle: withoutQuery(async (deps, { event, parameters: { id } }) =>
      json(202, await resumeHold(deps, { id: id!, ...resumptionOf(event) })),
    ),
  },
  {
    method: 'GET',
    path: '/events',
    scope: 'read',
    part: 'events',
    contract: {
      summary: 'Returns events of all batches and of holds, or waits for them',
      query: stageQuery,
      answers: { 200: { schema: feed, example: exampleFeed } },
    },
    handle: async (deps, { event, signal }) =>
      json(200, await readStageEvents(deps, { ...queryOf(event, stageQuery), signal })),
  },
];
