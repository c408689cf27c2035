const minute = 60_000;

/** The times of the last 60 s of requests. */
export class LastMinute {
  #times: number[] = [];
  #first = 0;

  add(now: number): void {
    this.#times.push(now);
  }

  count(now: number): number {
    while (this.#first < this.#times.length && this.#times[this.#first]! <= now - minute) this.#first += 1;
    // Old times are dropped now and then, so that a request costs the same however many came before it.
    if (this.#first > 1_000 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    return this.#times.length - this.#first;
  }
}
