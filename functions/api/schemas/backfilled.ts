import * as z from 'zod';
import type { Backfilled } from '../../../lib/usecases/targets/backfill-now.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const backfilled = viewSchema<Backfilled>()(
  z.object({
    batches: count,
    batches_without_plan: count,
    targets: count,
    written: count,
    there: count,
    unrecorded: count,
    next_after: z.string().exactOptional().describe('Send it as `after` to go on; absent at the end.'),
  }),
).meta({ id: 'Backfilled' });
