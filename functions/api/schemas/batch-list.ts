import * as z from 'zod';
import type { BatchList, ListedBatch } from '../../../lib/usecases/batch/list-batches.ts';
import { batch, exampleBatch } from './batch.ts';
import { hold } from './hold.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';

const shortMetadata = viewSchema<ListedBatch['metadata']>()(
  z.object({
    author: z.string().exactOptional(),
    tags: z.array(z.string()).exactOptional().describe('The first ten.'),
    more_tags: count.exactOptional().describe('How many more there are.'),
  }),
);

const shape = batch.shape;

export const listedBatch = viewSchema<ListedBatch>()(
  z.object({
    batch_id: shape.batch_id,
    name: shape.name,
    status: shape.status,
    reason: shape.reason,
    message: shape.message,
    total: shape.total,
    counts: shape.counts,
    metadata: shortMetadata,
    submitted_by: shape.submitted_by,
    submitted_by_name: shape.submitted_by_name,
    created_at: shape.created_at,
    ended_at: shape.ended_at,
  }),
).meta({ id: 'ListedBatch', description: 'A batch, in short.' });

export const batchList = viewSchema<BatchList>()(
  z.object({
    holds: z
      .array(hold)
      .exactOptional()
      .describe('On the first page: the holds that keep deployments from starting now.'),
    more_holds: count.exactOptional().describe('How many more there are.'),
    batches: z.array(listedBatch).describe('Newest first.'),
    limit: count.describe('The limit that was applied.'),
    next_after: z.string().exactOptional().describe('Send it as `after` to continue. A short page may have it, too.'),
  }),
);

const { batch_id, name, status, reason, message, total, counts, metadata, submitted_by, created_at, ended_at } =
  exampleBatch;

export const exampleBatchList = {
  holds: [],
  batches: [{ batch_id, name, status, reason, message, total, counts, metadata, submitted_by, created_at, ended_at }],
  limit: 20,
};
