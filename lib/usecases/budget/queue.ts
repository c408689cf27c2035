import type { RequestKind } from '../../domain/budget/allowance.ts';
import { type Budget, dueAt } from '../../domain/budget/budget.ts';
import type { Ask } from '../../domain/budget/take-numbers.ts';
import type { Clock, RequestBudget } from '../../domain/ports.ts';
import type { BudgetStore } from './budget-store.ts';

/** A request waiting for its turn. */
export interface Waiter extends Ask {
  readonly resolve: (turn: Awaited<ReturnType<RequestBudget['turn']>>) => void;
  readonly reject: (error: unknown) => void;
}

export interface QueueOptions {
  readonly kind: RequestKind;
  readonly store: Pick<BudgetStore, 'read' | 'lag'>;
  readonly clock: Clock;
  /** Called for waiters whose numbers have become void. */
  readonly askAgain: (waiters: readonly Waiter[]) => void;
}

/** Turns due within this time are called together. */
const shortestPause = 20;
const pauseOfFailing = 1_000;
/** How long to retry a failing table when the request could wait for ever. */
export const tablePatience = 15_000;

/**
 * This process's numbers and its waiters, both in order. A waiter who gives up leaves its number to those behind. When
 * the first number should be due, the queue asks the table whether it is.
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

  /** Joins with a number taken from `budget`. */
  add(waiter: Waiter, number: number, budget: Budget): void {
    this.#learn(budget);
    this.#numbers.push(number);
    this.#waiters.push(waiter);
    void this.#watch();
  }

  /** Joins with a number that somebody left behind, if one is due in time. */
  takeLeft(waiter: Waiter): boolean {
    // Leftover numbers that are due already: nobody has checked them since.
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
    // A waiter who joined after the last one left found the watch still running.
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

  /** Calls those who are due, and sends away those whose turn now comes too late. */
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

  /** Numbers of an earlier round are void. So are all numbers when somebody has removed the row. */
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

  /** In terms of this process's clock. */
  #dueAt(number: number): number {
    const { kind, store } = this.#options;
    return dueAt(this.#known!, kind, number) - store.lag;
  }

  #isDue(at: number): boolean {
    const number = this.#numbers[at];
    return number !== undefined && this.#dueAt(number) <= this.#options.clock.now();
  }
}

/** Sends away waiters that are too late. Their turn would come at an unknown time. */
export const dismissLate = (waiters: readonly Waiter[], now: number): Waiter[] =>
  waiters.filter(({ latest, resolve }) => {
    const isLate = latest !== undefined && latest < now;
    if (isLate) resolve({ kind: 'later', at: now + pauseOfFailing });
    return !isLate;
  });
