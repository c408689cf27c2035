import * as z from 'zod';
import type { BatchMetadata } from '../../../lib/domain/batch/batch.ts';
import type { Origin } from '../../../lib/domain/batch/origin.ts';
import type { Strategy } from '../../../lib/domain/plan/plan.ts';
import type { HeaderRow } from '../../../lib/domain/record/rows.ts';
import type { LeftOut, LeftOutReason } from '../../../lib/domain/undo/plan-retry.ts';
import type { Cancelled } from '../../../lib/usecases/batch/cancel-batch.ts';
import type { BatchView } from '../../../lib/usecases/batch/read-batch.ts';
import { count, links, status, time, totals } from './status.ts';
import { stuck } from './stuck.ts';
import { viewSchema } from './view-schema.ts';

export const batchId = z.string().describe('The id of a batch: 26 letters and digits, which sort by time.');

export const metadata = viewSchema<Omit<BatchMetadata, 'name'>>()(
  z.object({
    description: z.string().exactOptional(),
    author: z.string().exactOptional(),
    created: z.string().exactOptional().describe('As written in the file.'),
    tags: z.array(z.string()).exactOptional(),
    links: z.record(z.string(), z.string()).exactOptional().describe('What triggered it: addresses by name.'),
  }),
).meta({ id: 'BatchMetadata', description: 'What the file says about itself.' });

export const strategy = viewSchema<Strategy>()(
  z.object({
    mode: z.enum(['parallel', 'sequential']),
    max_concurrency: z.int(),
    on_failure: z.enum(['continue', 'stop', 'rollback']),
  }),
).meta({ id: 'Strategy' });

export const origin = viewSchema<Omit<Origin, 'root'>>()(
  z.object({
    kind: z.enum(['rollback', 'retry', 'deployment', 'request']),
    of: z.string().exactOptional().describe('The batch that it rolls back, or retries.'),
    target: z.string().exactOptional(),
    request: z.string().exactOptional().describe('The id of a deployment request.'),
    identifier: z.string().exactOptional().describe('The deployment that the request is about.'),
    number: z.int().exactOptional().describe('Its number among the requests of that deployment, from 1.'),
    after: z.string().exactOptional().describe('The batch of the previous request, which has to end first.'),
    sent_by: z.string().exactOptional().describe('Who sent it on behalf of somebody else.'),
    reason: z.string().exactOptional(),
    automatic: z.literal(true).exactOptional(),
  }),
).meta({ id: 'Origin', description: 'Why a batch exists that nobody submitted as a file.' });

export const batch = viewSchema<BatchView>()(
  z.object({
    batch_id: batchId,
    name: z.string(),
    status,
    reason: z.string().describe('A word for programs, in PascalCase.'),
    message: z.string().describe('A sentence for people.'),
    total: count,
    counts: totals,
    metadata,
    strategy: strategy.exactOptional(),
    submitted_by: z.string().describe('Its subject, which grants and filters use.'),
    submitted_by_name: z.string().exactOptional().describe('Its name at the time. Many choose it themselves.'),
    warnings: z.array(z.string()),
    plan_hash: z.string().exactOptional(),
    created_at: time,
    updated_at: time.describe('When it or one of its deployments last changed.'),
    ended_at: time.exactOptional(),
    cancel_requested_at: time.exactOptional(),
    origin: origin.exactOptional(),
    retries: z.array(z.string()).exactOptional(),
    rollbacks: z.array(z.string()).exactOptional(),
    rolling_back: z.string().exactOptional(),
    rollback_requested: z.object({ batch_id: batchId, by: z.string(), at: time }).exactOptional(),
    execution_arn: z.string().exactOptional(),
    stuck: z.array(stuck).describe('Empty if everything moves or has ended.'),
    links,
  }),
).meta({ id: 'Batch' });

const leftOutReasons = [
  'Succeeded',
  'OutcomeUnknown',
  'DependencyUnknown',
  'TargetUnknown',
  'DependencyTargetUnknown',
  'Superseded',
] as const satisfies readonly LeftOutReason[];

export const leftOut = viewSchema<LeftOut>()(
  z.object({ key: z.string(), reason: z.enum(leftOutReasons), message: z.string() }),
).meta({ id: 'NotRetried', description: 'What is not retried, and why.' });

type Accepted = Pick<HeaderRow, 'batch_id' | 'name' | 'status' | 'reason' | 'message' | 'total' | 'warnings'> & {
  readonly links: Readonly<Record<string, string>>;
};

/** What became a batch. */
export const acceptedBatch = viewSchema<Accepted>()(
  z.object({
    batch_id: batchId,
    name: z.string(),
    status,
    reason: z.string(),
    message: z.string(),
    total: count,
    warnings: z.array(z.string()),
    links,
  }),
).meta({ id: 'AcceptedBatch', description: 'An accepted batch.' });

export const acceptedRetry = acceptedBatch
  .extend({
    left: z
      .array(leftOut)
      .exactOptional()
      .describe('What is not retried; absent if an earlier request is answered again.'),
  })
  .meta({ id: 'AcceptedRetry' });

export const cancelled = viewSchema<Cancelled>()(
  z.object({
    batch_id: batchId,
    cancel_requested_at: time,
    in_flight: z
      .array(
        z.object({
          index: z.int(),
          key: z.string(),
          step: z.enum(['turn', 'capture', 'deploy', 'verify', 'restore', 'verify-restore', 'recorded']),
          effect: z.enum(['stopping', 'continues']),
          why: z.string(),
        }),
      )
      .describe('What has already begun. Nothing else will begin.'),
  }),
).meta({ id: 'CancelledBatch' });

const exampleId = '01M7Z82VGHV3GT6X1EMB454VBS';
const exampleLinks = {
  self: `/batches/${exampleId}`,
  source: `/batches/${exampleId}/source`,
  deployments: `/batches/${exampleId}/deployments`,
  events: `/batches/${exampleId}/events`,
  cancel: `/batches/${exampleId}/cancel`,
  retry: `/batches/${exampleId}/retry`,
  rollback: `/batches/${exampleId}/rollback`,
};

export const exampleAccepted = {
  batch_id: exampleId,
  name: 'First steps',
  status: 'PENDING',
  reason: 'Submitted',
  message: 'Accepted with 2 deployments.',
  total: 2,
  warnings: [],
  links: exampleLinks,
};

export const exampleBatch = {
  batch_id: exampleId,
  name: 'First steps',
  status: 'SUCCESS',
  reason: 'AllSucceeded',
  message: '2 deployments: 2 succeeded.',
  total: 2,
  counts: { SUCCESS: 2 },
  metadata: { author: 'ada', tags: ['first'] },
  strategy: { mode: 'parallel', max_concurrency: 5, on_failure: 'continue' },
  submitted_by: 'local',
  warnings: [],
  plan_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  created_at: '2026-11-21T14:27:37.601Z',
  updated_at: '2026-11-21T14:27:45.020Z',
  ended_at: '2026-11-21T14:27:45.020Z',
  stuck: [],
  links: exampleLinks,
};

export const exampleCancelled = {
  batch_id: exampleId,
  cancel_requested_at: '2026-11-21T14:27:40.001Z',
  in_flight: [
    {
      index: 0,
      key: 'shared/login-api',
      step: 'verify',
      effect: 'continues',
      why: 'Its run is over. Flotilla still checks what runs now, to record how it ended.',
    },
  ],
};
