import * as z from 'zod';
import { type FaultName, faultNames, routeNames, ruleOf } from './fault-rules.ts';

const milliseconds = z.int().min(0).max(86_400_000);
const count = z.int().min(1).max(1_000_000);

const matchSchema = z.strictObject({
  service: z.string().optional(),
  version: z.string().optional(),
  pillar: z.string().optional(),
  pipeline: z.string().optional(),
  key: z.string().optional(),
});

const orderShape = z.strictObject({
  fault: z.enum(faultNames as [FaultName, ...FaultName[]]),
  /** All that are given must be equal. Empty matches everything. */
  match: matchSchema.optional(),
  /** For request faults: the calls it strikes. */
  on: z.array(z.enum(routeNames)).min(1).optional(),
  /** How often it strikes; absent: without end. */
  times: count.optional(),
  /** Only every n-th of those that match. */
  every: count.optional(),
  /** The fraction of the matching ones that it strikes, at random. */
  share: z
    .number({ error: 'a number over 0 and at most 1' })
    .refine((share) => share > 0 && share <= 1, 'is not over 0 and at most 1')
    .optional(),
  /** server-error, html-error: before the request was performed, or after it (the default). */
  when: z.enum(['before', 'after']).optional(),
  /** How late, how slow, how stale. */
  milliseconds: milliseconds.optional(),
  /** Another status than the usual one. */
  status: z.string().min(1).optional(),
  /** How the wait for a person ends; `goes-on` unless said otherwise. */
  outcome: z.enum(['goes-on', 'rejected']).optional(),
});

type Order = z.infer<typeof orderShape>;

interface Complaint {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

const details = ['on', 'when', 'milliseconds', 'status', 'outcome'] as const;

/** Fields that its fault does not accept, and statuses that it does not have. */
const complaintsOf = (order: Order): readonly Complaint[] => {
  const { takes = [], statuses } = ruleOf(order.fault);
  const needless = details.filter((detail) => order[detail] !== undefined && !takes.includes(detail));
  const taken = takes.length === 0 ? 'it takes none of its own' : `it takes ${takes.join(', ')}`;
  const complaints = needless.map((path) => ({
    path,
    message: `has no meaning for ${order.fault}`,
    hint: `remove it; ${taken}`,
  }));
  const isOther = order.status !== undefined && Array.isArray(statuses) && !statuses.includes(order.status);
  if (!isOther || needless.includes('status')) return complaints;
  const hint = `write one of ${(statuses as readonly string[]).join(', ')}`;
  return [...complaints, { path: 'status', message: `is no status of ${order.fault}`, hint }];
};

export const faultOrderSchema = orderShape.superRefine((order, context) => {
  for (const { path, message, hint } of complaintsOf(order))
    context.addIssue({ code: 'custom', path: [path], message, params: { hint } });
});

/** One fault order. */
export type FaultOrder = Readonly<Order>;

/** What an installation is like, as opposed to what goes wrong with it. */
export const installationSchema = z.strictObject({
  /** `v1`: an older service, without the V2 details. */
  details: z.enum(['V2', 'v1']).optional(),
  /** Whether a run's notes are in its row, behind a separate call (the default), or nowhere. */
  notes: z.enum(['row', 'call', 'hidden']).optional(),
  /** Whether the details of an event repeat its payload. */
  payload: z.enum(['shown', 'hidden']).optional(),
  /** Whether an event's details include the status of the run that they name. */
  execution_details: z.enum(['shown', 'hidden']).optional(),
  /** Per API key; 0 means no limit. */
  requests_per_minute: z.int().min(0).max(1_000_000).optional(),
  /** Which part throttles: the edge by 429, or the service by 400 TOO_MANY_REQUESTS. */
  throttled_by: z.enum(['edge', 'service']).optional(),
  /** How late lists and details show runs and their statuses. */
  lag_milliseconds: milliseconds.optional(),
  /** The time from the stored event to its run. */
  event_milliseconds: milliseconds.optional(),
  /** The duration of each of a run's two stages. */
  stage_milliseconds: milliseconds.optional(),
  /** The time from Discontinuing to Aborted. */
  abort_milliseconds: milliseconds.optional(),
  /** Runs at once; the rest queue. */
  max_concurrent_runs: count.optional(),
});

export const faultFileSchema = z.strictObject({
  installation: installationSchema.optional(),
  faults: z.array(faultOrderSchema).optional(),
});
