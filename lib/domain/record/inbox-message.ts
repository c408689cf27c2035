import * as z from 'zod';
import { statuses } from '../deployment/status.ts';
import type { Item } from '../ports.ts';
import type { InboxMessage } from './rows.ts';

const batch_id = z.string().min(1);
const index = z.int().min(0);

const inboxMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('planned'), batch_id }),
  z.object({ type: z.literal('recorded'), batch_id, index, status: z.enum(statuses) }),
  z.object({ type: z.literal('cancelled'), batch_id }),
  z.object({ type: z.literal('resolved'), batch_id, index, target: z.string().min(1) }),
  z.object({ type: z.literal('finished'), batch_id }),
]) satisfies z.ZodType<InboxMessage>;

/** The message in an item of the inbox; undefined when it is none that this program knows. */
export const messageIn = ({ message }: Item): InboxMessage | undefined => inboxMessage.safeParse(message).data;
