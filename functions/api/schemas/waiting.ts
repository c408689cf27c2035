import * as z from 'zod';
import type { HindranceKind } from '../../../lib/domain/deployment/held.ts';
import type { RootCause } from '../../../lib/domain/schedule/root-cause.ts';
import type { Waiting } from '../../../lib/domain/schedule/waiting.ts';
import { status } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const rootCause = viewSchema<RootCause>()(
  z.object({
    key: z.string(),
    status,
    reason: z.string(),
    failure: z.string().exactOptional().describe('Why its last attempt failed, if `reason` says something else.'),
    resolved: status.exactOptional(),
  }),
).meta({ id: 'RootCause', description: 'The root cause: the deployment that made this one skipped.' });

export const lock = z.object({
  kind: z.literal('lock'),
  name: z.string().describe('What another deployment holds, in words.'),
  locks: z.array(z.string()),
  batch_id: z.string().exactOptional().describe('Who holds it; absent if you may not see that.'),
  key: z.string().exactOptional(),
  environment_id: z.string().exactOptional(),
  status: z.enum(['PROCESSING', 'UNKNOWN', 'PENDING']),
});

const hindrances = [
  'budget',
  'throttled',
  'unreadable',
  'start-unanswered',
  'no-run-yet',
  'run-missing',
  'abort-unconfirmed',
  'person',
  'proceed',
  'steps',
  'cluster-unavailable',
] as const satisfies readonly HindranceKind[];

const hindrance = z.object({
  kind: z.enum(['executor', 'cluster']),
  name: z.string().describe('The account, or the cluster.'),
  why: z.enum(hindrances),
  since: z.string(),
  until: z.string().exactOptional().describe('If it waits for a person: when the wait ends.'),
  step: z.string().exactOptional().describe('With steps: the current one, as a word for programs.'),
  asked: z.string().exactOptional(),
  answered: z.string().exactOptional(),
  next: z.string().describe('What happens next.'),
  url: z.string().exactOptional(),
});

const hold = z.object({
  kind: z.literal('hold'),
  id: z.string(),
  name: z.string(),
  reason: z.string(),
  by: z.string(),
  since: z.string(),
  until: z.string().exactOptional(),
  circuit: z
    .object({ opened: z.int(), seen: z.string(), trying: z.literal(true).exactOptional() })
    .exactOptional()
    .describe('True if nobody set it: an executor or a cluster does not answer.'),
});

const dependency = z.object({
  kind: z.literal('dependency'),
  name: z.string(),
  status,
  resolved: status.exactOptional(),
  root: rootCause.exactOptional(),
});

/** What a deployment waits for. */
export const waiting = viewSchema<Waiting>()(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('plan'), name: z.literal('plan') }),
    dependency,
    z.object({ kind: z.literal('limit'), name: z.string(), limit: z.int(), in_flight: z.int() }),
    lock,
    hindrance,
    hold,
    z.object({
      kind: z.literal('stop'),
      name: z.enum(['stopped', 'cancelled', 'finished', 'refused']),
      because: z.string().exactOptional(),
    }),
  ]),
).meta({ id: 'Waiting', description: 'What a deployment waits for, or what holds it up.' });
