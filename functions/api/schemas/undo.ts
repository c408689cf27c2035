import * as z from 'zod';
import { type Left, leftReasons } from '../../../lib/domain/undo/left.ts';
import type { RetryPreview } from '../../../lib/usecases/undo/preview-retry.ts';
import type { RollbackPreview } from '../../../lib/usecases/undo/preview-rollback.ts';
import type { RollbackAccepted } from '../../../lib/usecases/undo/roll-back-batch.ts';
import type { TargetAccepted, TargetPreview } from '../../../lib/usecases/undo/roll-back-target.ts';
import { batchId, leftOut } from './batch.ts';
import { examplePlan, plan } from './plan.ts';
import { count, links, status, time } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const retryPlan = viewSchema<RetryPreview>()(
  z.object({
    of: batchId,
    after: z.array(z.string()).describe('Its retries whose results count.'),
    members: z.array(
      z.object({
        key: z.string(),
        version: z.string(),
        status,
        reason: z.string(),
        batch_id: batchId,
        dependencies: z.array(z.string()),
      }),
    ),
    left: z.array(leftOut),
    plan,
  }),
).meta({ id: 'RetryPlan', description: 'What a retry would do.' });

const left = viewSchema<Left>()(
  z.object({
    key: z.string(),
    target: z.string(),
    reason: z.enum(leftReasons),
    message: z.string(),
    version: z.string(),
  }),
).meta({ id: 'NotRolledBack', description: 'What is not rolled back, and why.' });

export const rollbackPlan = viewSchema<RollbackPreview>()(
  z.object({
    rolls_back: batchId,
    name: z.string(),
    ended: z.boolean().describe('False while the batch runs. The preview then shows things as they are now.'),
    means: z.string().exactOptional(),
    covers: z.array(z.string()),
    deployments: z.array(
      z.object({
        key: z.string(),
        target: z.string(),
        step: count,
        from: z.string(),
        to: z.string(),
        waits_for: z.array(z.string()),
        forced: z.literal(true).exactOptional(),
      }),
    ),
    left: z.array(left),
    nothing_to_undo: count,
  }),
).meta({ id: 'RollbackPlan', description: 'What a rollback would restore, and in which order.' });

export const acceptedRollback = viewSchema<RollbackAccepted>()(
  z.object({
    batch_id: batchId,
    rolls_back: batchId,
    state: z.enum(['begun', 'waits']),
    message: z.string(),
    links,
  }),
).meta({ id: 'AcceptedRollback', description: 'The batch that rolls back, or will.' });

export const targetRollbackPlan = viewSchema<TargetPreview>()(
  z.object({ target: z.string(), from: z.string(), to: z.string(), verified_at: time, verified_by: batchId }),
).meta({ id: 'TargetRollbackPlan' });

export const acceptedTargetRollback = viewSchema<TargetAccepted>()(
  z.object({ batch_id: batchId, target: z.string(), message: z.string(), links }),
).meta({ id: 'AcceptedTargetRollback' });

const rolledBack = '01M7Z82VGHV3GT6X1EMB454VBS';
const rollback = '01M7Z9QPW3K4N5T6X7Y8Z9ABCD';
const target = 'staging/cluster-eu-1/risk/limit-check';

export const exampleRetryPlan = {
  of: rolledBack,
  after: [],
  members: [
    {
      key: 'shared/login-api',
      version: '3.0.2',
      status: 'FAILED',
      reason: 'PipelineFailed',
      batch_id: rolledBack,
      dependencies: [],
    },
  ],
  left: [],
  plan: examplePlan,
};

export const exampleRollbackPlan = {
  rolls_back: rolledBack,
  name: 'First steps',
  ended: true,
  covers: [rolledBack],
  deployments: [{ key: 'risk/limit-check', target, step: 0, from: '2.4.0', to: '2.3.1', waits_for: [] }],
  left: [
    {
      key: 'shared/login-api',
      target: 'staging/cluster-eu-1/shared/login-api',
      reason: 'NoPreviousVersion',
      message: 'Nothing ran there before.',
      version: '3.0.2',
    },
  ],
  nothing_to_undo: 0,
};

export const exampleRollback = {
  batch_id: rollback,
  rolls_back: rolledBack,
  state: 'begun',
  message: 'Rolls 1 deployment back.',
  links: { self: `/batches/${rollback}`, events: `/batches/${rollback}/events` },
};

export const exampleTargetPlan = {
  target,
  from: '2.4.0',
  to: '2.3.1',
  verified_at: '2026-11-20T09:00:00.000Z',
  verified_by: rolledBack,
};

export const exampleTargetRollback = {
  batch_id: rollback,
  target,
  message: `Puts version 2.3.1 of ${target} back, in place of 2.4.0.`,
  links: { self: `/batches/${rollback}` },
};
