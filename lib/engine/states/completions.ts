import type { Thread } from '../thread.ts';

/** What ended under a Map or Parallel, in the order of ending. Its thread takes them one by one. */
export class Completions<T> {
  readonly #ended: T[] = [];
  #wake: ((value: T) => void) | undefined;

  push(value: T): void {
    if (this.#wake === undefined) this.#ended.push(value);
    else this.#wake(value);
  }

  /** The next one that ended. Parks the thread until there is one. */
  async next(thread: Thread): Promise<T> {
    const ended = this.#ended.shift();
    if (ended !== undefined) return ended;
    return await thread.park<T>((goOn) => {
      this.#wake = goOn;
      return () => {
        this.#wake = undefined;
      };
    });
  }
}
