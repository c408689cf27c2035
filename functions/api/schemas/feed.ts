import * as z from 'zod';
import { statuses } from '../../../lib/domain/deployment/status.ts';
import type { Json } from '../../../lib/domain/json.ts';
import type { EventFeed, EventView } from '../../../lib/usecases/record/follow-feed.ts';
import { count, status, time } from './status.ts';
import { viewSchema } from './view-schema.ts';

/** As stored, with the chain that proves the record. */
type Told = EventView & { readonly previous?: string; readonly hash?: string };

export const event = viewSchema<Told>()(
  z.object({
    batch_id: z.string().describe('`stage` for events of holds and drift.'),
    type: z.enum(['batch', 'deployment', 'hold', 'drift']),
    hold: z.string().exactOptional(),
    target: z.string().exactOptional().describe('For drift: `environment/cluster/pillar/service`.'),
    index: count.exactOptional(),
    key: z.string().exactOptional(),
    number: z.int().min(1).describe('Number in the feed, without gaps.'),
    seq: z.int().min(1),
    at: time,
    after_ms: z.int().exactOptional(),
    actor: z.string(),
    from: z.enum(statuses).nullable().describe('Null for something new.'),
    from_reason: z.string().exactOptional(),
    to: status,
    reason: z.string(),
    message: z.string(),
    detail: z.record(z.string(), z.json() as z.ZodType<Json>).exactOptional(),
    previous: z.string().exactOptional().describe('Hash of the event with the previous number.'),
    hash: z.string().exactOptional(),
    withheld: z.literal('logs').exactOptional(),
    in_batch: z
      .object({ number: z.int().min(1), hash: z.string() })
      .exactOptional()
      .describe('For an event of a batch in the feed of the stage: its number in the feed of its batch.'),
  }),
).meta({ id: 'Event', description: 'One event. More about each kind: `GET /schemas/events.json`.' });

export const feed = viewSchema<Omit<EventFeed, 'events'> & { readonly events: readonly Told[] }>()(
  z.object({
    events: z.array(event),
    next_after: count.describe('Send it as `after` to continue.'),
    ended: z.boolean().describe('There is nothing more.'),
  }),
).meta({ id: 'EventFeed' });

export const exampleFeed = {
  events: [
    {
      batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
      type: 'batch',
      number: 1,
      seq: 1,
      at: '2026-11-21T14:27:37.601Z',
      actor: 'local',
      from: null,
      to: 'PENDING',
      reason: 'Submitted',
      message: 'Accepted with 2 deployments.',
      hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  ],
  next_after: 1,
  ended: false,
};
