/**
 * Wakes a watcher in this process when there is something new for it. If watchers run elsewhere there is no bell; they
 * check their list once a second anyway.
 */
export class Bell {
  readonly #listeners = new Map<string, Set<() => void>>();

  ring(watcher: string): void {
    for (const heard of this.#listeners.get(watcher) ?? []) heard();
  }

  /** Returns a function that stops listening. */
  listen(watcher: string, heard: () => void): () => void {
    const listeners = this.#listeners.get(watcher) ?? new Set();
    this.#listeners.set(watcher, listeners.add(heard));
    return () => {
      listeners.delete(heard);
      if (listeners.size === 0) this.#listeners.delete(watcher);
    };
  }
}
