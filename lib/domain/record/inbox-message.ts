import * as z from 'zod';
import { type Status, statuses } from '../deployment/status.ts';
import type { Hold, HoldScope } from '../holds/hold.ts';
import type { Item } from '../ports.ts';

/** Messages to the dispatcher. */
export type InboxMessage =
  | { readonly type: 'planned'; readonly batch_id: string }
  | {
      readonly type: 'recorded';
      readonly batch_id: string;
      readonly index: number;
      readonly status: Status;
      /** SKIPPED, but dependents go on: in a rollback, what is left alone because others have changed it since. */
      readonly passes?: true | undefined;
    }
  | { readonly type: 'cancelled'; readonly batch_id: string }
  /** Nothing new starts; what is in flight finishes. `because` is in words. */
  | { readonly type: 'stop'; readonly batch_id: string; readonly because: string }
  /** The turn with this fence was given back before anything started. */
  | { readonly type: 'returned'; readonly batch_id: string; readonly index: number; readonly fence: number }
  | { readonly type: 'hold'; readonly hold: Hold }
  /** Lifts one hold by its id. */
  | { readonly type: 'resume'; readonly id: string; readonly by: string; readonly reason?: string | undefined }
  /** An executor's account or a cluster did not answer, for the nth time in a row; or it answers again. */
  | { readonly type: 'outage'; readonly scope: HoldScope; readonly seen: string; readonly at: number }
  | { readonly type: 'answered'; readonly scope: HoldScope; readonly at: number }
  | { readonly type: 'resolved'; readonly batch_id: string; readonly index: number; readonly target: string }
  | { readonly type: 'finished'; readonly batch_id: string };

const batch_id = z.string().min(1);
const index = z.int().min(0);
const scope = z.partialRecord(
  z.enum(['environment', 'pillar', 'service', 'cluster', 'batch', 'executor']),
  z.string().min(1),
) as unknown as z.ZodType<HoldScope>;
const hold = z.looseObject({
  id: z.string().min(1),
  kind: z.enum(['pause', 'circuit']),
  scope,
  rollbacks: z.boolean(),
  reason: z.string(),
  by: z.string(),
  since: z.number(),
  until: z.number().optional(),
}) as unknown as z.ZodType<Hold>;

const inboxMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('planned'), batch_id }),
  z.object({
    type: z.literal('recorded'),
    batch_id,
    index,
    status: z.enum(statuses),
    passes: z.literal(true).optional(),
  }),
  z.object({ type: z.literal('cancelled'), batch_id }),
  z.object({ type: z.literal('stop'), batch_id, because: z.string() }),
  z.object({ type: z.literal('returned'), batch_id, index, fence: z.int() }),
  z.object({ type: z.literal('hold'), hold }),
  z.object({ type: z.literal('resume'), id: z.string().min(1), by: z.string(), reason: z.string().optional() }),
  z.object({ type: z.literal('outage'), scope, seen: z.string(), at: z.number() }),
  z.object({ type: z.literal('answered'), scope, at: z.number() }),
  z.object({ type: z.literal('resolved'), batch_id, index, target: z.string().min(1) }),
  z.object({ type: z.literal('finished'), batch_id }),
]) satisfies z.ZodType<InboxMessage>;

/** The message in an inbox item; undefined if this version does not know it. */
export const messageIn = ({ message }: Item): InboxMessage | undefined => inboxMessage.safeParse(message).data;
