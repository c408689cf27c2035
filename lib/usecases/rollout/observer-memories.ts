import { ObserverMemory } from './observer.ts';

/**
 * The memories of a process's observers, one each, because one machine watches several clusters at once. Only the last
 * idle one is kept: a mirror may be large, and a function on AWS is called for one cluster after another.
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

  /** One that was given up may still run beside its successor. */
  #count(watcher: string, more: number): void {
    const calls = (this.#atWork.get(watcher) ?? 0) + more;
    if (calls === 0) this.#atWork.delete(watcher);
    else this.#atWork.set(watcher, calls);
  }
}
