import type { RequestKind } from '../../domain/budget/allowance.ts';
import { type Budget, dueAt } from '../../domain/budget/budget.ts';
import type { Ask } from '../../domain/budget/take-numbers.ts';
import type { Clock, RequestBudget } from '../../domain/ports.ts';
import type { BudgetStore } from './budget-store.ts';

/** Who waits for the turn of a request. */
export interface Waiter extends Ask {
  readonly resolve: (turn: Awaited<ReturnType<RequestBudget['turn']>>) => void;
  readonly reject: (error: unknown) => void;
}

export interface QueueOptions {
  readonly kind: RequestKind;
  readonly store: Pick<BudgetStore, 'read' | 'lag'>;
  readonly clock: Clock;
  /** For those whose numbers are void. */
  readonly askAgain: (waiters: readonly Waiter[]) => void;
}

/** Turns that are due in less are called together. */
const shortestPause = 20;
const pauseOfFailing = 1_000;
/** How long a table is asked again that fails, where the request can wait for ever. */
export const tablePatience = 15_000;

/**
 * The numbers of this process and those who wait for them, both in their order: who gives up leaves a number to those behind. When
 * the first is due as far as is known, the table is asked whether it is.
 */
export class Queue {
  readonly #options: QueueOptions;
  #numbers: number[] = [];
  #waiters: Waiter[] = [];
  #known: Budget | undefined;
  #isWatching = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Joins with a number that was taken from `budget`. */
  add(waiter: Waiter, number: number, budget: Budget): void {
    this.#learn(budget);
    this.#numbers.push(number);
    this.#waiters.push(waiter);
    void this.#watch();
  }

  /** Joins with a number that somebody has left, where there is one that is due in time. */
  takeLeft(waiter: Waiter): boolean {
    // Nobody has looked at them since.
    if (this.#waiters.length === 0 && this.#isDue(0)) this.#numbers = [];
    const number = this.#numbers[this.#waiters.length];
    if (number === undefined || this.#dueAt(number) > (waiter.latest ?? Number.POSITIVE_INFINITY)) return false;
    this.#waiters.push(waiter);
    void this.#watch();
    return true;
  }

  async #watch(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    try {
      await this.#callAll();
    } catch (error) {
      for (const { reject } of this.#leave()) reject(error);
    }
    this.#isWatching = false;
    // Whoever joined since the last of them went found somebody watching.
    if (this.#waiters.length > 0) void this.#watch();
  }

  async #callAll(): Promise<void> {
    const { clock, store } = this.#options;
    let failingSince: number | undefined;
    while (this.#waiters.length > 0) {
      const pause = failingSince === undefined ? this.#dueAt(this.#numbers[0]!) - clock.now() : pauseOfFailing;
      await clock.sleep(Math.max(shortestPause, pause));
      try {
        this.#look(await store.read());
        failingSince = undefined;
      } catch (error) {
        failingSince ??= clock.now();
        if (clock.now() - failingSince >= tablePatience) throw error;
        this.#waiters = dismissLate(this.#waiters, clock.now());
      }
    }
  }

  /** Calls those who are due, and sends away whose turn has moved behind the moment up to which it is of use. */
  #look(budget: Budget): void {
    this.#learn(budget);
    let due = 0;
    while (this.#isDue(due)) due += 1;
    this.#numbers = this.#numbers.slice(due);
    const waiters = this.#waiters;
    for (const { resolve } of waiters.slice(0, due)) resolve({ kind: 'go' });
    const inTime: Waiter[] = [];
    for (const waiter of waiters.slice(due)) {
      const at = this.#dueAt(this.#numbers[inTime.length]!);
      if (at > (waiter.latest ?? at)) waiter.resolve({ kind: 'later', at });
      else inTime.push(waiter);
    }
    this.#waiters = inTime;
  }

  /** Numbers of an earlier round are void, and so are those of a row that somebody removed. */
  #learn(budget: Budget): void {
    const isOther = this.#known !== undefined && budget.round !== this.#known.round;
    this.#known = budget;
    if (isOther || (this.#numbers.at(-1) ?? 0) > budget[this.#options.kind].issued)
      this.#options.askAgain(this.#leave());
  }

  #leave(): readonly Waiter[] {
    const waiters = this.#waiters;
    [this.#numbers, this.#waiters] = [[], []];
    return waiters;
  }

  /** By the clock of this process. */
  #dueAt(number: number): number {
    const { kind, store } = this.#options;
    return dueAt(this.#known!, kind, number) - store.lag;
  }

  #isDue(at: number): boolean {
    const number = this.#numbers[at];
    return number !== undefined && this.#dueAt(number) <= this.#options.clock.now();
  }
}

/** Nobody knows when their turn comes, and it is of no use to them any more. */
export const dismissLate = (waiters: readonly Waiter[], now: number): Waiter[] =>
  waiters.filter(({ latest, resolve }) => {
    const isLate = latest !== undefined && latest < now;
    if (isLate) resolve({ kind: 'later', at: now + pauseOfFailing });
    return !isLate;
  });
