import * as z from 'zod';
import { backfillNow } from '../../lib/usecases/targets/backfill-now.ts';
import { listTargets } from '../../lib/usecases/targets/list-targets.ts';
import { jsonOf, queryOf } from './request.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { exampleTarget, targetList } from './schemas/target.ts';
import { targetsAsked } from './target-query.ts';

const cursor = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9A-Za-z]{1,64}(?:\.[1-9]\d{0,6})?$/, { error: 'send what the answer before gave as next_after' })
    .optional(),
});

/** What runs where. */
export const targetRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/targets',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'What runs where, and who changed it last.',
      query: targetsAsked,
      answers: { 200: { schema: targetList, example: { targets: [exampleTarget], limit: 100 } } },
    },
    handle: async (deps, { event }) => json(200, await listTargets(deps, queryOf(event, targetsAsked))),
  },
  {
    method: 'POST',
    path: '/targets/backfill',
    scope: 'admin',
    part: 'decisions',
    handle: withoutQuery(async (deps, { event }) => json(200, await backfillNow(deps, jsonOf(event, cursor)))),
  },
];
