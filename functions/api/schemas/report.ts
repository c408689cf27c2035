import * as z from 'zod';
import type { Report } from '../../../lib/domain/report/report.ts';
import { count, status, time, totals } from './status.ts';
import { viewSchema } from './view-schema.ts';

const seconds = z.number().min(0).exactOptional();

export const report = viewSchema<Report>()(
  z.object({
    batch_id: z.string(),
    name: z.string(),
    status,
    reason: z.string(),
    message: z.string(),
    submitted_by: z.string(),
    created_at: time,
    ended_at: time.exactOptional(),
    seconds,
    counts: totals,
    deployments: z
      .array(
        z.object({
          key: z.string(),
          pillar: z.string(),
          service_name: z.string(),
          environment_id: z.string(),
          cluster: z.string().exactOptional(),
          version: z.string(),
          status,
          reason: z.string(),
          message: z.string(),
          failure: z.object({ reason: z.string(), message: z.string() }).exactOptional(),
          attempts: count,
          started_at: time.exactOptional(),
          ended_at: time.exactOptional(),
          seconds,
          url: z.string().exactOptional().describe('The page of its last run.'),
        }),
      )
      .describe('In the order of the plan.'),
  }),
).meta({ id: 'Report', description: 'The result of a batch, with a line per deployment.' });

export const exampleReport: Report = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  name: 'Autumn release',
  status: 'FAILED',
  reason: 'DeploymentsFailed',
  message: '2 deployments: 1 succeeded, 1 failed.',
  submitted_by: 'ada',
  created_at: '2026-11-21T14:27:37.000Z',
  ended_at: '2026-11-21T14:29:37.000Z',
  seconds: 120,
  counts: { SUCCESS: 1, FAILED: 1 },
  deployments: [
    {
      key: 'shared/login-api',
      pillar: 'shared',
      service_name: 'login-api',
      environment_id: 'staging',
      cluster: 'cluster-eu-1',
      version: '3.0.2',
      status: 'SUCCESS',
      reason: 'Verified',
      message: 'It runs 3.0.2.',
      attempts: 1,
      started_at: '2026-11-21T14:27:38.000Z',
      ended_at: '2026-11-21T14:28:08.500Z',
      seconds: 30.5,
    },
    {
      key: 'risk/limit-check',
      pillar: 'risk',
      service_name: 'limit-check',
      environment_id: 'staging',
      cluster: 'cluster-eu-1',
      version: '2.4.0',
      status: 'FAILED',
      reason: 'RestoredPreviousRelease',
      message: 'Version 2.3.0 was restored.',
      failure: { reason: 'CrashLoopBackOff', message: 'The new pods crash.' },
      attempts: 1,
      started_at: '2026-11-21T14:28:09.000Z',
      ended_at: '2026-11-21T14:29:36.000Z',
      seconds: 87,
      url: 'https://harness.test/run-1',
    },
  ],
};
