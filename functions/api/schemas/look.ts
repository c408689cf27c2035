import * as z from 'zod';
import { targetStates } from '../../../lib/domain/targets/target-row.ts';
import type { ResolutionPlan } from '../../../lib/usecases/deployment/plan-resolution.ts';
import type { TargetHealth } from '../../../lib/usecases/targets/check-target.ts';
import { evidence } from './deployment.ts';
import { time } from './status.ts';
import { viewSchema } from './view-schema.ts';

/** What was seen on a cluster just now. */

export const targetHealth = viewSchema<TargetHealth>()(
  z.object({
    key: z.string(),
    environment: z.string(),
    cluster: z.string(),
    healthy: z.boolean(),
    reason: z.string(),
    message: z.string(),
    evidence: z.array(evidence),
    warnings: z.array(z.string()),
    running: z.string().exactOptional().describe('The running version, as far as it can be read.'),
    recorded: z.string().exactOptional(),
    state: z.enum(targetStates),
    checked_at: time,
  }),
).meta({ id: 'TargetHealth' });

export const resolutionPlan = viewSchema<ResolutionPlan>()(
  z.object({
    batch_id: z.string(),
    proposals: z.array(
      z.object({
        key: z.string(),
        version: z.string(),
        environment_id: z.string(),
        cluster: z.string(),
        status: z.enum(['SUCCESS', 'FAILED']).exactOptional().describe('Absent if nothing is proposed.'),
        message: z.string(),
        evidence: z.array(evidence),
        url: z.string().exactOptional(),
      }),
    ),
    more: z.boolean().describe('More deployments are UNKNOWN: resolve these, then ask again.'),
  }),
).meta({ id: 'ResolutionPlan', description: 'A proposal for an UNKNOWN deployment.' });

export const exampleTargetHealth = {
  key: 'risk/limit-check',
  environment: 'staging',
  cluster: 'cluster-eu-1',
  healthy: true,
  reason: 'RolledOut',
  message: '2 of 2 pods run 2.4.0.',
  evidence: [],
  warnings: [],
  running: '2.4.0',
  recorded: '2.4.0',
  state: 'verified',
  checked_at: '2026-11-21T15:00:00.000Z',
};

export const exampleResolutionPlan = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  proposals: [
    {
      key: 'risk/limit-check',
      version: '2.4.0',
      environment_id: 'staging',
      cluster: 'cluster-eu-1',
      status: 'SUCCESS',
      message: '2 of 2 pods run 2.4.0.',
      evidence: [],
    },
  ],
  more: false,
};
