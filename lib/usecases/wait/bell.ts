/**
 * Wakes a watcher of this process when there is something new for it. Where watchers run elsewhere there is none: they look at their
 * list once a second anyway.
 */
export class Bell {
  readonly #listeners = new Map<string, Set<() => void>>();

  ring(watcher: string): void {
    for (const heard of this.#listeners.get(watcher) ?? []) heard();
  }

  /** Gives the way to stop listening. */
  listen(watcher: string, heard: () => void): () => void {
    const listeners = this.#listeners.get(watcher) ?? new Set();
    this.#listeners.set(watcher, listeners.add(heard));
    return () => {
      listeners.delete(heard);
      if (listeners.size === 0) this.#listeners.delete(watcher);
    };
  }
}
