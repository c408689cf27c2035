import * as z from 'zod';
import { migrate } from '../../lib/usecases/migrate/migrate.ts';
import { jsonOf } from './request.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { migrated } from './schemas/migrated.ts';

const place = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9A-Za-z]{1,64}(?:\.[1-9]\d{0,6})?$/, { error: 'send the next_after of the previous answer' })
    .optional(),
});

const example = {
  ...{ batches: 50, batches_without_plan: 1, deployments: 412, targets: 96, index_rows: 1310, deleted: 0 },
  next_after: '01M7Z8HOLD00000000000000AA',
};

/** Adds the rows that an earlier version did not write. */
export const migrateRoutes: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/migrate',
    scope: 'admin',
    part: 'decisions',
    contract: {
      summary: 'Writes the rows that an earlier version did not have, some per call.',
      body: place,
      answers: { 200: { schema: migrated, example } },
    },
    handle: withoutQuery(async (deps, { event }) => json(200, await migrate(deps, jsonOf(event, place)))),
  },
];
