import * as z from 'zod';
import type { Health } from '../../../lib/usecases/read-health.ts';
import { count, time } from './status.ts';
import { viewSchema } from './view-schema.ts';

const queue = z.object({
  count,
  until: time.exactOptional(),
  at_least: z.literal(true).exactOptional(),
});

export const budget = z.object({
  account: z.string(),
  limit: z.number().describe('Requests a minute, as configured.'),
  allowed: z.number().describe('Requests a minute now.'),
  lowered: z.object({ since: time, reason: z.literal('ExecutorThrottled'), message: z.string() }).exactOptional(),
  closed_until: time.exactOptional(),
  waiting: z.object({ start: queue, read: queue }),
});

export const trouble = z.object({ account: z.string(), since: time, asked: z.string(), answered: z.string() });

export const missingRights = z.object({
  cluster: z.string(),
  namespaces: count,
  missing: z.array(z.string()),
  at: time,
  remedy: z.string(),
});

export const health = viewSchema<Health>()(
  z.object({
    status: z.literal('ok'),
    budgets: z.array(budget),
    trouble: z.array(trouble),
    rights: z.array(missingRights),
    simulated: z.object({ harness: z.boolean(), clusters: z.array(z.string()) }),
    unverified: z.object({ clusters: z.array(z.string()) }),
  }),
).meta({ id: 'Health' });

/** For callers without a token, who only ask whether the server is well. */
export const healthForAnyone = z.object({ status: z.literal('ok') }).meta({ id: 'HealthForAnyone' });

export const exampleHealth = {
  status: 'ok',
  budgets: [],
  trouble: [],
  rights: [],
  simulated: { harness: true, clusters: ['cluster-eu-1'] },
  unverified: { clusters: [] },
};
