import type { News } from '../../domain/ports.ts';

/**
 * For how long this poller has been unable to read each run. A poller that was down has not tried, so one failed look
 * does not yet mean that an executor cannot be read.
 */
export class UnreadSince {
  #since: ReadonlyMap<string, number> = new Map();

  /**
   * Notes what a look at these keys brought. A key without news, because a later look will cover it, stays as it was.
   */
  note(keys: readonly string[], news: ReadonlyMap<string, News>, now: number): void {
    const sinceOf = (key: string): number | undefined => {
      const before = this.#since.get(key);
      const one = news.get(key);
      if (one === undefined) return before;
      return one.kind === 'unread' ? (before ?? now) : undefined;
    };
    const all = keys.map((key) => [key, sinceOf(key)] as const);
    this.#since = new Map(all.flatMap(([key, since]) => (since === undefined ? [] : [[key, since]])));
  }

  /** Milliseconds; 0 if it was read. */
  of(key: string, now: number): number {
    return now - (this.#since.get(key) ?? now);
  }
}
