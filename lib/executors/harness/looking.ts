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
  /** Takes one of the requests that this look may make besides its lists; false when there is none left. */
  readonly take: () => boolean;
  readonly news: Map<string, News>;
}

/** What is asked for and has not come yet is not asked for again: the next look takes it. */
export const troubleOf = (asked: string, reply: HarnessReply | undefined): Trouble => ({
  asked,
  answered: reply === undefined ? 'no answer yet; it is still waited for' : describeReply(reply),
});

/** A look makes so many requests and no more. */
export const inItsTurn = (asked: string): Trouble => ({ asked, answered: 'others are read first' });

export const unread = (trouble: Trouble): News => ({ kind: 'unread', trouble });

export const urlsOf =
  ({ api }: Looking, { scope, pipeline }: HarnessSettings): UrlOf =>
  (ref) =>
    api.runUrl(scope, pipeline, ref);
