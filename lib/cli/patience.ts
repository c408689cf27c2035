import { counted } from '../domain/counted.ts';
import type { CommandContext } from './command-context.ts';
import { Unreachable } from './failure.ts';

/** How long to keep asking a server that does not answer, by default. A restart or an upgrade takes less. */
export const usualPatience = 300;

const firstPause = 1_000;
const longestPause = 5_000;

export interface PatienceOptions {
  /** Seconds. */
  readonly seconds?: number | undefined;
  /** After an abort, nothing is asked again. */
  readonly signal?: AbortSignal;
  /** Called before a line about the server is written. */
  readonly beforeTelling?: () => void;
}

/**
 * Keeps asking while the server does not answer: its work continues without readers. Says so once, and when the server is back.
 */
export class Patience {
  readonly #context: Pick<CommandContext, 'clock' | 'terminal' | 'client'>;
  readonly #options: PatienceOptions;
  readonly #milliseconds: number;
  #awaySince: number | undefined;
  #hasAnswered = false;

  constructor(context: Pick<CommandContext, 'clock' | 'terminal' | 'client'>, options: PatienceOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.#milliseconds = (options.seconds ?? usualPatience) * 1000;
  }

  async until<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      try {
        const answer = await ask();
        this.#noteAnswer();
        return answer;
      } catch (error) {
        if (!(error instanceof Unreachable) || !this.#isWorthWaiting(error)) throw error;
        const left = this.#noteAbsence(error);
        if (left <= 0) throw error;
        await this.#context.clock.sleep(Math.min(pause, left), this.#options.signal);
        this.#options.signal?.throwIfAborted();
      }
    }
  }

  /** Before the first answer, an unknown host is a mistake rather than a network failure. */
  #isWorthWaiting({ remedy }: Unreachable): boolean {
    return remedy === 'time' || (remedy === 'network' && this.#hasAnswered);
  }

  #noteAnswer(): void {
    this.#hasAnswered = true;
    if (this.#awaySince === undefined) return;
    this.#awaySince = undefined;
    this.#tell(`${this.#context.client.url} answers again.`);
  }

  /** Returns how many more milliseconds to wait. */
  #noteAbsence({ lines }: Unreachable): number {
    const now = this.#context.clock.now();
    if (this.#awaySince === undefined && this.#milliseconds > 0) {
      this.#tell(...lines, `Asking again for up to ${spelled(this.#milliseconds / 1000)}…`);
    }
    this.#awaySince ??= now;
    return this.#awaySince + this.#milliseconds - now;
  }

  #tell(...lines: readonly string[]): void {
    this.#options.beforeTelling?.();
    for (const line of lines) this.#context.terminal.error(line);
  }
}

const spelled = (seconds: number): string =>
  seconds % 60 === 0 ? counted(seconds / 60, 'minute') : counted(seconds, 'second');
