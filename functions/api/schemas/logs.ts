import * as z from 'zod';
import type { LogsView } from '../../../lib/usecases/deployment/read-logs.ts';
import { evidence } from './deployment.ts';
import { count, time } from './status.ts';
import { viewSchema } from './view-schema.ts';

const container = z.object({
  name: z.string(),
  image: z.string(),
  restarts: count,
  lines: z.array(z.string()).describe('Without what looks like a secret.'),
  cut: z.literal(true).exactOptional().describe('There were more than could be told: these are the last.'),
  message: z.string().exactOptional().describe('Why there are none.'),
});

export const logs = viewSchema<LogsView>()(
  z.object({
    batch_id: z.string(),
    key: z.string(),
    workload: z.string().describe('The object in words.'),
    tail: count,
    previous: z.boolean(),
    reason: z
      .enum(['ClusterUnavailable', 'WorkloadMissing', 'NoPods'])
      .exactOptional()
      .describe('Why there is nothing.'),
    message: z.string().exactOptional(),
    pods: z
      .array(
        z.object({
          name: z.string(),
          phase: z.string(),
          created_at: time.exactOptional(),
          containers: z.array(container),
        }),
      )
      .describe('Those that are there now, the newest first.'),
    pods_left_out: count.exactOptional().describe('There are so many more, of which nothing was read.'),
    jobs: z
      .array(
        z.object({
          name: z.string(),
          active: count,
          succeeded: count,
          failed: count,
          ended: z.enum(['Complete', 'Failed']).exactOptional(),
          message: z.string().exactOptional(),
        }),
      )
      .exactOptional()
      .describe('Of a Job, or of the Jobs of a CronJob.'),
    recorded: z.array(evidence).describe('With the lines that were kept when this deployment failed.'),
    read_at: time,
  }),
).meta({ id: 'Logs', description: 'The logs of what stands there now, whichever deployment has made it.' });

export const exampleLogs = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  key: 'risk/limit-check',
  workload: 'deployment risk/limit-check on cluster-eu-1',
  tail: 100,
  previous: false,
  pods: [
    {
      name: 'limit-check-6f7d9-abcde',
      phase: 'Running',
      created_at: '2026-11-21T14:27:40Z',
      containers: [{ name: 'app', image: 'registry.example/limit-check:2.4.0', restarts: 0, lines: ['ready'] }],
    },
  ],
  recorded: [],
  read_at: '2026-11-21T14:30:00.000Z',
};
