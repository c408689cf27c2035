import type { News } from '../../domain/ports.ts';

/**
 * How long this poller could not read a run. One that was dead meanwhile has not tried: it is not the first look that comes to
 * nothing which says that an executor cannot be read.
 */
export class UnreadSince {
  #since: ReadonlyMap<string, number> = new Map();

  /** What one look brought, by key. */
  note(news: ReadonlyMap<string, News>, now: number): void {
    const unread = [...news].filter(([, { kind }]) => kind === 'unread');
    this.#since = new Map(unread.map(([key]) => [key, this.#since.get(key) ?? now]));
  }

  /** Milliseconds; 0 for one that was read. */
  of(key: string, now: number): number {
    return now - (this.#since.get(key) ?? now);
  }
}
