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
  cut: z.literal(true).exactOptional().describe('There were more than fit: these are the last.'),
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
      .describe('Why there are no logs.'),
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
      .describe('The current ones, newest first.'),
    pods_left_out: count.exactOptional().describe('How many more there are. Their logs were not read.'),
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
      .describe('For a Job, or the Jobs of a CronJob.'),
    recorded: z.array(evidence).describe('With the lines recorded when this deployment failed.'),
    read_at: time,
  }),
).meta({ id: 'Logs', description: 'The logs of what runs there now, whichever deployment made it.' });

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
