import * as z from 'zod';
import { backfillNow } from '../../lib/usecases/targets/backfill-now.ts';
import { listTargets } from '../../lib/usecases/targets/list-targets.ts';
import { jsonOf, queryOf } from './request.ts';
import { type Handle, json, wellFormed, whole, withoutQuery } from './route.ts';
import type { Route } from './router.ts';

const asked = z.strictObject({
  environment: z
    .string({ error: 'name one: ?environment=uat' })
    .min(1, { error: 'name one: ?environment=uat' })
    .max(300)
    .pipe(wellFormed),
  limit: whole(1, 1000).default(100),
  after: z.string().min(1).max(900).pipe(wellFormed).optional(),
});

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
    handle: async (deps, { event }) => json(200, await listTargets(deps, queryOf(event, asked))),
  },
  {
    method: 'POST',
    path: '/targets/backfill',
    scope: 'admin',
    part: 'decisions',
    handle: withoutQuery(async (deps, { event }) => json(200, await backfillNow(deps, jsonOf(event, cursor)))),
  },
];
