import type { RunState, Trouble } from '../../domain/ports.ts';

/** A run or an event, and what was read of it, are less than a kilobyte. */
const most = 20_000;

/** A map that forgets what was put into it longest ago. */
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

/** When each thing was asked for, and when it may be asked for again: after 10, 20, 40 and then every 60 seconds. */
export class Pauses {
  readonly #asked = new Recent<{ readonly at: number; readonly times: number }>();

  isDue(id: string, now: number): boolean {
    const asked = this.#asked.get(id);
    return asked === undefined || now - asked.at >= (pauses[asked.times - 1] ?? pauses.at(-1)!);
  }

  /** Before everything else where it never was. */
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

/** What an installation does not show. It may be updated, so that is believed for ten minutes only. */
export class Lacks {
  readonly #until = new Map<string, number>();
  readonly #inARow = new Map<string, number>();

  has(what: string, now: number): boolean {
    return now < (this.#until.get(what) ?? Number.NEGATIVE_INFINITY);
  }

  shown(what: string): void {
    this.#inARow.delete(what);
  }

  /** One run without notes has none; the installation shows none after so many in a row. */
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
  /** Of its lists. */
  readonly pages: number;
  /** Many had begun or ended. */
  readonly isBusy: boolean;
  /** Until then its lists are taken to be slow. */
  readonly slowUntil: number;
}

/** What was learnt and does not change, or not soon. It is bounded, and lost with the process without harm. */
export class Memory {
  /** By run. One that is over stays so. */
  readonly ends = new Recent<RunState>();
  /** Where a key of ours may stand: the notes by run, the key in its payload by event. Empty where there is none. */
  readonly texts = new Recent<string>();
  /** Runs whose own page says that there is no such run. */
  readonly gone = new Recent<true>();
  /** By event, until its details can be read again. */
  readonly troubles = new Recent<Trouble>();
  /** By event, when its details were last asked for with an answer. */
  readonly answered = new Recent<number>();
  readonly pauses = new Pauses();
  readonly lacks = new Lacks();
  /** By project. */
  readonly looks = new Map<string, LookBefore>();
}
