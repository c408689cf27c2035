import type { Clock, News, Trouble } from '../../domain/ports.ts';
import type { HarnessApi, HarnessReply } from './api.ts';
import type { Bell } from './bell.ts';
import type { UrlOf } from './found-runs.ts';
import type { Memory } from './memory.ts';
import type { HarnessSettings } from './settings.ts';
import type { Underway } from './underway.ts';
import { describeReply } from './wire.ts';

/** One look: what it may use, and how far it may go. */
export interface Looking {
  readonly api: HarnessApi;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly memory: Memory;
  readonly underway: Underway;
  readonly bell: Bell;
  /** When it began. */
  readonly now: number;
  readonly late: number;
  /** Takes one of the requests that this look may make besides its lists. Returns false if none is left. */
  readonly take: () => boolean;
  readonly news: Map<string, News>;
}

/** A pending request is not sent again: the next look takes its answer. */
export const troubleOf = (asked: string, reply: HarnessReply | undefined): Trouble => ({
  asked,
  answered: reply === undefined ? 'no answer yet; still waiting' : describeReply(reply),
});

/** A look makes a limited number of requests. */
export const inItsTurn = (asked: string): Trouble => ({ asked, answered: 'others are read first' });

export const unread = (trouble: Trouble): News => ({ kind: 'unread', trouble });

export const urlsOf =
  ({ api }: Looking, { scope, pipeline }: HarnessSettings): UrlOf =>
  (ref) =>
    api.runUrl(scope, pipeline, ref);
