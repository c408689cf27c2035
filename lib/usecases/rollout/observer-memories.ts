import { ObserverMemory } from './observer.ts';

/**
 * What the observers of a process keep: each its own, because on one machine several clusters are watched at once. Of those that are
 * not at work only the last is kept: a mirror may be large, and a function on AWS is called for one cluster after the other.
 */
export class ObserverMemories {
  readonly #memories = new Map<string, ObserverMemory>();
  readonly #atWork = new Map<string, number>();

  async during<Result>(watcher: string, act: (memory: ObserverMemory) => Promise<Result>): Promise<Result> {
    for (const name of this.#memories.keys())
      if (name !== watcher && !this.#atWork.has(name)) this.#memories.delete(name);
    const memory = this.#memories.get(watcher) ?? new ObserverMemory();
    this.#memories.set(watcher, memory);
    this.#count(watcher, 1);
    try {
      return await act(memory);
    } finally {
      this.#count(watcher, -1);
    }
  }

  /** One that was given up may still be at work beside the one that follows it. */
  #count(watcher: string, more: number): void {
    const calls = (this.#atWork.get(watcher) ?? 0) + more;
    if (calls === 0) this.#atWork.delete(watcher);
    else this.#atWork.set(watcher, calls);
  }
}
