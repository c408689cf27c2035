import * as z from 'zod';
import type { Circuit, HoldScope } from '../../../lib/domain/holds/hold.ts';
import type { HoldView } from '../../../lib/usecases/holds/hold-view.ts';
import { time } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const holdScope = viewSchema<HoldScope>()(
  z.object({
    environment: z.string().exactOptional(),
    pillar: z.string().exactOptional(),
    service: z.string().exactOptional(),
    cluster: z.string().exactOptional(),
    batch: z.string().exactOptional(),
    executor: z.string().exactOptional(),
  }),
).meta({ id: 'HoldScope', description: 'All named parts must match; an empty scope covers everything.' });

const circuit = viewSchema<Circuit>()(
  z.object({
    opened: z.int(),
    seen: z.string(),
    seen_at: z.int(),
    trying: z.literal(true).exactOptional(),
    tried_by: z.object({ batch_id: z.string(), index: z.int() }).exactOptional(),
  }),
);

export const hold = viewSchema<HoldView>()(
  z.object({
    id: z.string(),
    kind: z.enum(['pause', 'circuit']),
    scope: holdScope,
    what: z.string().describe('What it holds, in words.'),
    rollbacks: z.boolean().describe('True if rollbacks wait, too.'),
    reason: z.string(),
    by: z.string(),
    since: time,
    until: time.exactOptional().describe('When it ends by itself.'),
    circuit: circuit.exactOptional(),
    warnings: z.array(z.string()).exactOptional().describe('After it was set: names that nothing has yet.'),
  }),
).meta({ id: 'Hold', description: 'Keeps deployments that have not started from their turn.' });

export const holds = z.object({ holds: z.array(hold) }).meta({ id: 'HoldList' });

export const exampleHold = {
  id: '01M7Z8HOLD00000000000000AA',
  kind: 'pause',
  scope: { environment: 'staging' },
  what: 'environment staging',
  rollbacks: false,
  reason: 'The database is being moved.',
  by: 'ada',
  since: '2026-11-21T14:00:00.000Z',
  until: '2026-11-21T18:00:00.000Z',
};
