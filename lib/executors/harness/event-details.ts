import type { JsonObject } from '../../domain/json.ts';
import type { Trouble } from '../../domain/ports.ts';
import type { HarnessReply } from './api.ts';
import { type Looking, troubleOf } from './looking.ts';
import { isSuccess, isThrottled } from './wire.ts';

const idOf = (event: string, version: 'V2' | 'v1'): string => `event ${event} ${version}`;

/** Whether the details were requested and nobody has taken the answer. */
export const areUnderway = ({ underway }: Pick<Looking, 'underway'>, event: string): boolean =>
  underway.has(idOf(event, 'V2')) || underway.has(idOf(event, 'v1'));

export type Details =
  | { readonly kind: 'shown'; readonly body: JsonObject }
  /** Of the older call this means "not ready" and "no such event" alike: only the caller's deadline can tell them apart. */
  | { readonly kind: 'not-shown' }
  | {
      readonly kind: 'unread';
      readonly trouble: Trouble;
      /** Absent if no answer came. */
      readonly status?: number;
    };

/** An event's details. Uses the older call if the newer one does not exist. */
export const readDetails = async (looking: Looking, event: string): Promise<Details> => {
  const { memory, now } = looking;
  let reply: HarnessReply | undefined;
  if (!memory.lacks.has('V2', now)) {
    reply = await ask(looking, event, 'V2');
    if (reply?.kind !== 'reply' || reply.status !== 404) return detailsOf(event, reply);
    memory.lacks.missed('V2', now);
  }
  return detailsOf(event, await ask(looking, event, 'v1'));
};

const ask = ({ api, underway, bell }: Looking, event: string, version: 'V2' | 'v1') =>
  underway.once(idOf(event, version), () => api.triggerDetails(event, version), bell);

const detailsOf = (event: string, reply: HarnessReply | undefined): Details => {
  if (reply !== undefined && isSuccess(reply)) return { kind: 'shown', body: reply.body };
  const isAnswer = reply?.kind === 'reply' && !isThrottled(reply);
  if (isAnswer && (reply.status === 400 || reply.status === 404)) return { kind: 'not-shown' };
  return {
    kind: 'unread',
    trouble: troubleOf(`the details of event ${event}`, reply),
    ...(isAnswer ? { status: reply.status } : {}),
  };
};
