import type { News } from '../../domain/ports.ts';

/**
 * How long this poller could not read a run. One that was dead meanwhile has not tried: it is not the first look that comes to
 * nothing which says that an executor cannot be read.
 */
export class UnreadSince {
  #since: ReadonlyMap<string, number> = new Map();

  /** What one look at these keys brought. One of which it brought nothing, because its turn is at a later look, is as it was. */
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

  /** Milliseconds; 0 for one that was read. */
  of(key: string, now: number): number {
    return now - (this.#since.get(key) ?? now);
  }
}
