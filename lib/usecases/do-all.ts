/**
 * Does things one after the other, even if some fail, and throws the first failure at the end. One broken part must not
 * keep the rest from being done.
 */
export class DoAll {
  readonly #failures: unknown[] = [];

  async try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#failures.push(error);
    }
  }

  end(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
