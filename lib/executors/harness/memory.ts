import type { RunState, Trouble } from '../../domain/ports.ts';

/** A run or event, with what was read of it, takes less than a kilobyte. */
const most = 20_000;

/** A map that drops its oldest entries. */
export class Recent<Value> {
  readonly #all = new Map<string, Value>();

  get(id: string): Value | undefined {
    return this.#all.get(id);
  }

  set(id: string, value: Value): void {
    this.#all.delete(id);
    this.#all.set(id, value);
    if (this.#all.size > most) this.#all.delete(this.#all.keys().next().value!);
  }

  delete(id: string): void {
    this.#all.delete(id);
  }
}

const pauses = [10_000, 20_000, 40_000, 60_000];

/** When each thing was last requested, and when it may be again: after 10, 20, 40 and then every 60 seconds. */
export class Pauses {
  readonly #asked = new Recent<{ readonly at: number; readonly times: number }>();

  isDue(id: string, now: number): boolean {
    const asked = this.#asked.get(id);
    return asked === undefined || now - asked.at >= (pauses[asked.times - 1] ?? pauses.at(-1)!);
  }

  /** Before everything else if it never was. */
  lastOf(id: string): number {
    return this.#asked.get(id)?.at ?? Number.NEGATIVE_INFINITY;
  }

  timesOf(id: string): number {
    return this.#asked.get(id)?.times ?? 0;
  }

  note(id: string, now: number): void {
    this.#asked.set(id, { at: now, times: this.timesOf(id) + 1 });
  }
}

const lackMilliseconds = 10 * 60_000;

/** What an installation does not show. It may get updated, so this is believed for ten minutes only. */
export class Lacks {
  readonly #until = new Map<string, number>();
  readonly #inARow = new Map<string, number>();

  has(what: string, now: number): boolean {
    return now < (this.#until.get(what) ?? Number.NEGATIVE_INFINITY);
  }

  shown(what: string): void {
    this.#inARow.delete(what);
  }

  /** A single run may have no notes. After this many in a row, the installation shows none. */
  missed(what: string, now: number, enough = 1): void {
    const times = (this.#inARow.get(what) ?? 0) + 1;
    this.#inARow.set(what, times);
    if (times < enough) return;
    this.#inARow.delete(what);
    this.#until.set(what, now + lackMilliseconds);
  }
}

/** The last look at a project. */
export interface LookBefore {
  readonly at: number;
  /** Pages of its lists. */
  readonly pages: number;
  /** Many runs had begun or ended. */
  readonly isBusy: boolean;
  /** Until then its lists count as slow. */
  readonly slowUntil: number;
}

/**
 * What was learnt and does not change, at least not soon. Its size is limited, and losing it with the process is
 * harmless.
 */
export class Memory {
  /** By run. A finished run stays finished. */
  readonly ends = new Recent<RunState>();
  /** Texts that may contain our key: notes by run, and the key in the payload by event. Empty if there is none. */
  readonly texts = new Recent<string>();
  /** Runs whose own page says that they do not exist. */
  readonly gone = new Recent<true>();
  /** By event, until its details can be read again. */
  readonly troubles = new Recent<Trouble>();
  /** By event: when its details were last requested and answered. */
  readonly answered = new Recent<number>();
  readonly pauses = new Pauses();
  readonly lacks = new Lacks();
  /** By project. */
  readonly looks = new Map<string, LookBefore>();
}
