import * as z from 'zod';
import type { Migrated } from '../../../lib/usecases/migrate/migrate.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const migrated = viewSchema<Migrated>()(
  z.object({
    batches: count.describe('Batches completely migrated.'),
    batches_without_plan: count.describe('Of those, batches that were never planned or whose plan is no longer kept.'),
    deployments: count.describe('Their deployments.'),
    targets: count.describe('Rows of targets and their releases, written or completed.'),
    index_rows: count.describe('Index rows written, for batches, targets and changes.'),
    deleted: count.describe('Deleted rows for statuses that a batch no longer has.'),
    next_after: z.string().exactOptional().describe('Send it as `after` to continue; absent at the end.'),
  }),
);
