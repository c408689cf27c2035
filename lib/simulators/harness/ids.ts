import type { Random } from '../../domain/ports.ts';

const hex = '0123456789abcdef';
const word = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_';

/**
 * The ids of events, runs and answers. The same random numbers give the same ids; a counter in each keeps them unique.
 */
export class Ids {
  readonly #random: Random;
  readonly #traces: string;
  #made = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#traces = this.#drawn(hex, 8);
  }

  /** 24 hex digits. */
  event(): string {
    return this.#drawn(hex, 16) + this.#count(16, 8);
  }

  /** 22 letters and digits. */
  run(): string {
    return this.#drawn(word, 16) + this.#count(36, 6);
  }

  /** In the form of a UUID: a request's trace id, which nothing reads. */
  trace(): string {
    return `${this.#traces}-0000-4000-8000-${this.#count(16, 12)}`;
  }

  #drawn(letters: string, length: number): string {
    let text = '';
    while (text.length < length) text += letters[Math.floor(this.#random.next() * letters.length)];
    return text;
  }

  #count(radix: number, length: number): string {
    this.#made += 1;
    return this.#made.toString(radix).padStart(length, '0');
  }
}
