import * as z from 'zod';
import type { Migrated } from '../../../lib/usecases/migrate/migrate.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const migrated = viewSchema<Migrated>()(
  z.object({
    batches: count.describe('Batches that were gone through to their end.'),
    batches_without_plan: count.describe('Of those: never planned, or the plan is kept no longer.'),
    deployments: count.describe('Their deployments.'),
    targets: count.describe('Rows of targets and of their releases that were written, or completed.'),
    index_rows: count.describe('Rows that were written by which batches, targets and changes are found.'),
    deleted: count.describe('Rows that led to a status which a batch has not any more.'),
    next_after: z.string().exactOptional().describe('Send it as `after` to go on; absent at the end.'),
  }),
);
