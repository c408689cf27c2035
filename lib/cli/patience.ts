import { counted } from '../domain/counted.ts';
import type { CommandContext } from './command-context.ts';
import { Unreachable } from './failure.ts';

/** How long a server that does not answer is asked again when nobody says otherwise: a restart, or a new version of it, takes less. */
export const usualPatience = 300;

const firstPause = 1_000;
const longestPause = 5_000;

export interface PatienceOptions {
  /** Seconds. */
  readonly seconds?: number | undefined;
  /** Nothing is asked again once it is aborted. */
  readonly signal?: AbortSignal;
  /** Called before a line is written about the server. */
  readonly beforeTelling?: () => void;
}

/** Asks again while the server is away: what was started there goes on without its readers. Says so once, and when it is back. */
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

  /** Where nobody has answered yet, a host that is not there is a mistake rather than a network that is away. */
  #isWorthWaiting({ remedy }: Unreachable): boolean {
    return remedy === 'time' || (remedy === 'network' && this.#hasAnswered);
  }

  #noteAnswer(): void {
    this.#hasAnswered = true;
    if (this.#awaySince === undefined) return;
    this.#awaySince = undefined;
    this.#tell(`${this.#context.client.url} answers again.`);
  }

  /** Gives how many milliseconds it may still be away. */
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
